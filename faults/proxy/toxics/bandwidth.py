"""At most ``rate`` KB/s pass (1 KB = 1000 bytes), per connection and direction.

Rate 0 is a total stall: bytes are held, and given back when the toxic is updated or removed.
"""

from __future__ import annotations

from faults.proxy.chunk import Chunk
from faults.proxy.toxics.queued import QueuedStage
from faults.proxy.toxics.stage import now

SLICE_SECONDS = 0.1
"""Larger chunks leave in slices worth this much time, as Toxiproxy's do."""


class BandwidthStage(QueuedStage):
    """Toxiproxy's ``bandwidth``."""

    _free_at = 0.0

    def pump(self) -> None:
        """Let one slice go whenever the line is free."""
        self._timer = None
        rate = self.attributes["rate"] * 1000
        if rate == 0:
            return
        while self.queue:
            if self._free_at > now():
                self._at(self._free_at, self.pump)
                return
            self._cut(max(1, int(rate * SLICE_SECONDS)))
            size = len(self.queue[0].data)
            self._free_at = max(self._free_at, now()) + size / rate
            self.let_go(now())

    def _cut(self, most: int) -> None:
        """Make the first chunk at most ``most`` bytes long."""
        first = self.queue[0]
        if len(first.data) > most:
            self.queue[0] = Chunk(first.data[:most], first.at)
            self.queue.insert(1, Chunk(first.data[most:], first.at))
