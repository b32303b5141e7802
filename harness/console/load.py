"""Load for a lab that is held open, and how it goes: the last seconds at a glance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.checkers.percentiles import percentile
from harness.core.clock import Clock
from harness.core.ids import lab_id
from harness.scenario.lab import Lab
from harness.workload.plan import Plan

GLANCE_SECONDS = 2.0
LONGEST_SECONDS = 24 * 3600.0
KEPT = 50_000
"""So many operations are remembered; a day of load must not fill the memory."""


class Load:
    """The workload of one lab, running until the lab ends."""

    def __init__(self, lab: Lab, clock: Clock, rate_per_second: float) -> None:
        self._lab = lab
        self._clock = clock
        self._rate = rate_per_second

    async def start(self) -> None:
        """Send from now on; nothing happens when no load was asked for."""
        if self._rate <= 0:
            return
        profile = self._lab.profile
        plan = Plan(
            base_url=f"http://{self._lab.app_address}",
            operations=profile.operations,
            rate_per_second=self._rate,
            arrivals="poisson",
            seed=self._lab.options.seed,
            run_id=lab_id(),
            start_at=self._clock.now(),
            max_seconds=LONGEST_SECONDS,
            timeout_seconds=profile.contract.deadline_seconds + 3,
            refused_statuses=profile.refused_statuses,
        )
        await self._lab.workload.start(plan)

    def line(self) -> str:
        """The glance in one line."""
        seen = self.glance()
        if seen["good_share"] is None:
            return "load: no answers"
        slow = "-" if seen["p95_ms"] is None else f"{seen['p95_ms']:g} ms"
        good = f"{seen['good_share']:.1%} good"
        return f"load: {seen['per_second']:g} answers/s, {good}, p95 {slow}"

    def glance(self) -> Mapping[str, Any]:
        """Answers of the last two seconds: how many a second, share of good ones, p95."""
        ops = self._lab.workload.ops
        del ops[:-KEPT]
        since = self._clock.now() - GLANCE_SECONDS
        recent = [op for op in ops[-2000:] if op.done >= since]
        slow = percentile([op.response_seconds for op in recent], 95)
        return {
            "per_second": round(len(recent) / GLANCE_SECONDS, 1),
            "good_share": round(sum(op.good for op in recent) / len(recent), 3) if recent else None,
            "p95_ms": None if slow is None else round(slow * 1000, 1),
        }
