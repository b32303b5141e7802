"""At most ``rate`` KB/s pass (1 KB = 1000 bytes), per connection and direction.

    bytes come ─▶ wait size / rate ─▶ bytes go        also the first ones after a silence

Rate 0 is a total stall: bytes are held, and given back when the toxic is updated or removed. An
empty slice goes all the same, as in Toxiproxy (``toxics/bandwidth.go``: slices of ``rate * 100``
bytes), so a toxic behind it that ends the connection at the first chunk does so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from squall_faults.proxy.toxics.chunk import Chunk
from squall_faults.proxy.toxics.queued import QueuedStage
from squall_faults.proxy.toxics.stage import now

SLICE_SECONDS = 0.1
"""Larger chunks leave in slices worth this much time, as Toxiproxy's do."""


class BandwidthStage(QueuedStage):
    """Toxiproxy's ``bandwidth``: a slice is paid for before it goes."""

    _paid_from = 0.0
    """The line was free then, and has carried the first slice since."""
    _stalled = False
    """The empty slice of rate 0 has gone."""

    @property
    def _rate(self) -> int:
        return self.attributes["rate"] * 1000

    def _first_size(self) -> int:
        return min(len(self.queue[0].data), max(1, int(self._rate * SLICE_SECONDS)))

    def arrived_first(self) -> None:
        """The line carries nothing yet."""
        self._stalled = False
        self._paid_from = max(self._paid_from, now())

    def due(self) -> float:
        """When the line has carried the first slice."""
        if self._rate:
            return self._paid_from + self._first_size() / self._rate
        return math.inf if self._stalled else self._paid_from + SLICE_SECONDS

    def let_go(self, due: float) -> None:
        """One slice; the rest of its chunk stays the first in the queue."""
        if not self._rate:
            self._stalled = True
            self.next.feed(Chunk(b"", due))
            return
        self._paid_from = due
        data, size = self.queue[0].data, self._first_size()
        if size < len(data):
            self.queue[0] = Chunk(data[size:], self.queue[0].at)
            self.held -= size
            self.next.feed(Chunk(data[:size], due))
        else:
            super().let_go(due)

    def retune(self, attributes: Mapping[str, int]) -> None:
        """What is held is paid for by the new rate, from now on."""
        self._paid_from = now()
        self._stalled = False
        super().retune(attributes)
