"""Every chunk leaves ``latency`` ± ``jitter`` milliseconds after it arrived, in order.

The delay counts from arrival, so throughput is not limited, and lowering it acts on what is
already held.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

from faults.proxy.toxics.queued import QueuedStage
from faults.proxy.toxics.stage import Connection, now


class LatencyStage(QueuedStage):
    """Toxiproxy's ``latency``."""

    HOLD_LIMIT = 32 * 1024 * 1024

    def __init__(
        self, connection: Connection, attributes: Mapping[str, int], draws: random.Random
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
        self.stop()
        self.pump()

    def pump(self) -> None:
        """Let go every chunk whose time has come."""
        self._timer = None
        while self.queue:
            due = self.queue[0].at + self._delay
            if due > now():
                self._at(due, self.pump)
                return
            self._delay = self._drawn()
            self.let_go(due)
