"""Chunks are cut in pieces of about ``average_size`` bytes, ``delay`` microseconds apart."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

from faults.proxy.chunk import Chunk
from faults.proxy.toxics.queued import QueuedStage
from faults.proxy.toxics.stage import Connection, now


class SlicerStage(QueuedStage):
    """Toxiproxy's ``slicer``; each piece is a write of its own."""

    _free_at = 0.0

    def __init__(
        self, connection: Connection, attributes: Mapping[str, int], draws: random.Random
    ) -> None:
        super().__init__(connection, attributes)
        self._draws = draws

    def feed(self, chunk: Chunk) -> None:
        """Queue the pieces of the chunk."""
        pieces = list(self._pieces(chunk.data))
        for piece in pieces:
            self.queue.append(Chunk(piece, chunk.at))
            self.held += len(piece)
        self.tally.bites += len(pieces) > 1
        if self._timer is None:
            self.pump()

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        average, variation = self.attributes["average_size"], self.attributes["size_variation"]
        start = 0
        while start < len(data):
            size = max(1, average + self._draws.randint(-variation, variation))
            yield data[start : start + size]
            start += size

    def pump(self) -> None:
        """Let one piece go whenever its time has come."""
        self._timer = None
        pause = self.attributes["delay"] / 1_000_000
        while self.queue:
            if self._free_at > now():
                self._at(self._free_at, self.pump)
                return
            self._free_at = now() + pause
            self.let_go(now())
