"""A toxic for the first bytes of a connection only; later ones follow them untouched, in order.

feed ─▶ [toxic] ─▶ outlet ─▶ next        until that many bytes went in
feed ─▶ waiting ────────────▶ next       from then on, once the toxic holds nothing any more
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from squall_faults.proxy.toxics.chunk import Chunk
from squall_faults.proxy.toxics.stage import End, Sink, Stage


class _Outlet:
    """What comes out of the toxic, and then what waited behind it."""

    def __init__(self, stage: FirstBytesStage) -> None:
        self._stage = stage

    @property
    def full(self) -> bool:
        return self._stage.next.full

    def feed(self, chunk: Chunk) -> None:
        self._stage.next.feed(chunk)
        self._stage.catch_up()

    def finish(self, end: End) -> None:
        self._stage.pass_end(end)


class FirstBytesStage(Stage):
    """Wraps the stage of a toxic that has ``first_bytes``."""

    def __init__(self, inner: Stage, most: int) -> None:
        self._inner = inner
        self._waiting: deque[Chunk] = deque()
        self._waiting_bytes = 0
        self._awaited: End | None = None
        super().__init__(inner.connection, inner.attributes)
        self.tally = inner.tally
        self._left = most
        outlet: Sink = _Outlet(self)
        inner.next = outlet
        inner.relieved = self._relieved

    def _relieved(self) -> None:
        self.relieved()

    @property
    def full(self) -> bool:
        """The toxic is, or too much waits behind it."""
        waiting = self._waiting_bytes > self.HOLD_LIMIT or len(self._waiting) >= self.HOLD_CHUNKS
        return self._inner.full or waiting

    @property
    def held(self) -> int:
        """Bytes in the toxic and behind it."""
        return self._inner.held + self._waiting_bytes

    @held.setter
    def held(self, value: int) -> None:
        """The two parts count for themselves."""

    @property
    def blocked(self) -> bool:
        """What follows is full, and the toxic has something for it."""
        return self._inner.blocked

    @blocked.setter
    def blocked(self, value: bool) -> None:
        """The toxic knows it."""

    def begin(self) -> None:
        """As the toxic does."""
        self._inner.begin()

    def feed(self, chunk: Chunk) -> None:
        """Into the toxic as long as bytes are left, else behind it."""
        if self.end is not None:
            return
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
        was_full = self.full
        while self._waiting and self._inner.held == 0 and self.end is None:
            chunk = self._waiting.popleft()
            self._waiting_bytes -= len(chunk.data)
            self.next.feed(chunk)
        if self._awaited is not None and self.held == 0:
            self.pass_end(self._awaited)
        if was_full and not self.full:
            self.relieved()

    def finish(self, end: End) -> None:
        """The toxic sees the end only while it sees the bytes."""
        if self._left > 0:
            self._inner.finish(end)
        else:
            self._awaited = end
            self.catch_up()

    def pass_end(self, end: End) -> None:
        """No byte follows: the source or the toxic has ended."""
        if self.end is None:
            self.end = end
            self.next.finish(end)

    def resume(self) -> None:
        """What follows has room again."""
        self._inner.resume()
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
