"""Exactly ``bytes`` bytes pass, then the connection is closed. The count survives updates."""

from __future__ import annotations

from squall_faults.proxy.toxics.chunk import Chunk
from squall_faults.proxy.toxics.stage import End, Stage


class LimitDataStage(Stage):
    """Toxiproxy's ``limit_data``."""

    _passed = 0

    def feed(self, chunk: Chunk) -> None:
        """Pass what the limit still allows; the end follows it when the limit is reached."""
        if self.end is not None:
            return
        left = max(0, self.attributes["bytes"] - self._passed)
        if left > 0:
            self._passed += min(left, len(chunk.data))
            self.next.feed(Chunk(chunk.data[:left], chunk.at))
        if len(chunk.data) >= left:
            self.tally.ended_one()
            self.tally.bytes += len(chunk.data) - left
            self.finish(End.CLOSE)
