"""Every chunk leaves ``latency`` ± ``jitter`` milliseconds after it arrived, in order.

The delay counts from arrival, so throughput is not limited, and lowering it acts on what is
already held.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

from squall_faults.proxy.toxics.chunk import Chunk
from squall_faults.proxy.toxics.queued import QueuedStage
from squall_faults.proxy.toxics.stage import ConnectionHandle, now


class LatencyStage(QueuedStage):
    """Toxiproxy's ``latency``."""

    HOLD_LIMIT = 32 * 1024 * 1024

    def __init__(
        self, connection: ConnectionHandle, attributes: Mapping[str, int], draws: random.Random
    ) -> None:
        super().__init__(connection, attributes)
        self._draws = draws
        self._delay = self._drawn()

    def _drawn(self) -> float:
        """Uniform whole milliseconds in [latency - jitter, latency + jitter); never negative."""
        latency, jitter = self.attributes["latency"], self.attributes["jitter"]
        if jitter > 0:
            latency = self._draws.randrange(latency - jitter, latency + jitter)
        return max(0, latency) / 1000

    def retune(self, attributes: Mapping[str, int]) -> None:
        """Held chunks wait by the new delay, counted from their arrival."""
        self.attributes = attributes
        self._delay = self._drawn()
        self._look_again()

    def count(self, chunk: Chunk) -> None:
        """A delay that is over already delays nothing."""
        if len(self.queue) > 1 or chunk.at + self._delay > now():
            self.tally.bit(len(chunk.data))

    def due(self) -> float:
        """So long after its arrival."""
        return self.queue[0].at + self._delay

    def let_go(self, due: float) -> None:
        """Each chunk has a delay of its own."""
        self._delay = self._drawn()
        super().let_go(due)
