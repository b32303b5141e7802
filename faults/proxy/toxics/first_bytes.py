"""A toxic for the first bytes of a connection only; later ones follow them untouched, in order.

feed ─▶ [toxic] ─▶ outlet ─▶ next        until so many bytes went in
feed ─▶ waiting ────────────▶ next       from then on, once the toxic holds nothing any more
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from faults.proxy.chunk import Chunk
from faults.proxy.toxics.stage import Sink, Stage


class _Outlet:
    """What comes out of the toxic, and then what waited behind it."""

    def __init__(self, stage: FirstBytesStage) -> None:
        self._stage = stage

    def feed(self, chunk: Chunk) -> None:
        self._stage.next.feed(chunk)
        self._stage.catch_up()

    def finish(self) -> None:
        self._stage.next.finish()


class FirstBytesStage(Stage):
    """Wraps the stage of a toxic that has ``first_bytes``."""

    def __init__(self, inner: Stage, most: int) -> None:
        self._inner = inner
        self._waiting: deque[Chunk] = deque()
        self._waiting_bytes = 0
        super().__init__(inner.connection, inner.attributes)
        self.tally = inner.tally
        self._left = most
        outlet: Sink = _Outlet(self)
        inner.next = outlet

    @property
    def held(self) -> int:
        """Bytes in the toxic and behind it."""
        return self._inner.held + self._waiting_bytes

    @held.setter
    def held(self, value: int) -> None:
        """Nobody else counts."""

    def begin(self) -> None:
        """As the toxic does."""
        self._inner.begin()

    def feed(self, chunk: Chunk) -> None:
        """Into the toxic as long as bytes are left, else behind it."""
        if self._left > 0:
            first = chunk.data[: self._left]
            self._left -= len(first)
            self._inner.feed(Chunk(first, chunk.at))
            chunk = Chunk(chunk.data[len(first) :], chunk.at)
        if chunk.data:
            self._waiting.append(chunk)
            self._waiting_bytes += len(chunk.data)
            self.catch_up()

    def catch_up(self) -> None:
        """Pass on what waits, once the toxic is empty."""
        while self._waiting and self._inner.held == 0:
            chunk = self._waiting.popleft()
            self._waiting_bytes -= len(chunk.data)
            self.next.feed(chunk)
        if self.finished and self._left == 0 and self.held == 0:
            self.finished = False
            self.next.finish()

    def finish(self) -> None:
        """The toxic sees the end only while it sees the bytes."""
        if self._left > 0:
            self._inner.finish()
            return
        self.finished = True
        self.catch_up()

    def retune(self, attributes: Mapping[str, int]) -> None:
        """As the toxic does, while it is in force."""
        self._inner.retune(attributes)
        self.catch_up()

    def drain(self) -> None:
        """Everything goes at once."""
        self._inner.drain()
        self.catch_up()

    def stop(self) -> None:
        """No timer may fire any more."""
        self._inner.stop()
