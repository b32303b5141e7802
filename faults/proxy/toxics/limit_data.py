"""Exactly ``bytes`` bytes pass, then the connection is closed. The count survives updates."""

from __future__ import annotations

from faults.proxy.chunk import Chunk
from faults.proxy.toxics.stage import Stage


class LimitDataStage(Stage):
    """Toxiproxy's ``limit_data``."""

    _passed = 0

    def feed(self, chunk: Chunk) -> None:
        """Pass what the limit still allows; close when it is reached."""
        left = self.attributes["bytes"] - self._passed
        if left > 0:
            self._passed += min(left, len(chunk.data))
            self.next.feed(Chunk(chunk.data[:left], chunk.at))
        if len(chunk.data) >= left:
            self.tally.bites += 1
            self.connection.close()
