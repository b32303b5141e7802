"""Chunks are cut in pieces of about ``average_size`` bytes, ``delay`` microseconds apart.

A chunk is halved, and its halves are, until no piece is larger than the average by more than
``size_variation``; each cut is off the middle by up to ``size_variation``. Pieces are made one by
one, when they go: a chunk that becomes 262,144 of them takes no more memory than another.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

from squall_faults.proxy.toxics.chunk import Chunk
from squall_faults.proxy.toxics.queued import QueuedStage
from squall_faults.proxy.toxics.stage import ConnectionHandle, now


class SlicerStage(QueuedStage):
    """Toxiproxy's ``slicer``; each piece is a write of its own."""

    _free_at = 0.0

    def __init__(
        self, connection: ConnectionHandle, attributes: Mapping[str, int], draws: random.Random
    ) -> None:
        super().__init__(connection, attributes)
        self._draws = draws
        self._parts: list[tuple[int, int]] = []
        """Parts of the first chunk that are not cut to the end yet, the next one last."""

    @property
    def _largest(self) -> int:
        return self.attributes["average_size"] + self.attributes["size_variation"]

    def count(self, chunk: Chunk) -> None:
        """A chunk that is small already is not cut."""
        if len(chunk.data) > self._largest:
            self.tally.bit(len(chunk.data))

    def due(self) -> float:
        """The pause behind the last piece is over."""
        return self._free_at

    def let_go(self, due: float) -> None:
        """One piece."""
        chunk = self.queue[0]
        start, end = self._cut(len(chunk.data))
        self._free_at = now() + self.attributes["delay"] / 1_000_000
        self.held -= end - start
        if not self._parts:
            self.queue.popleft()
        self.next.feed(Chunk(chunk.data[start:end], max(chunk.at, due)))

    def _cut(self, size: int) -> tuple[int, int]:
        """The next piece of a chunk of this size."""
        start, end = self._parts.pop() if self._parts else (0, size)
        variation = self.attributes["size_variation"]
        while end - start > self._largest:
            shift = self._draws.randrange(-variation, variation) if variation else 0
            middle = min(max(start + (end - start) // 2 + shift, start + 1), end - 1)
            self._parts.append((middle, end))
            end = middle
        return start, end

    def drain(self) -> None:
        """The rest of a chunk goes as one piece."""
        if self._parts:
            chunk = self.queue[0]
            self.queue[0] = Chunk(chunk.data[self._parts[-1][0] :], chunk.at)
            self._parts.clear()
        super().drain()

    def stop(self) -> None:
        """Nothing goes any more."""
        super().stop()
        self._parts.clear()
