"""The load of an interactive lab, with a summary of the last seconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from squall.core.clock import Clock
from squall.core.ids import lab_id
from squall.gates.percentiles import percentile
from squall.lab.lab import Lab
from squall.workload.plan import LoadPlan

GLANCE_SECONDS = 2.0
LONGEST_SECONDS = 24 * 3600.0
KEPT = 50_000
"""Maximum number of operations kept; a day of load must not fill the memory."""


class BackgroundLoad:
    """The workload of one lab, running until the lab ends."""

    def __init__(self, lab: Lab, clock: Clock, rate_per_second: float) -> None:
        self._lab = lab
        self._clock = clock
        self._rate = rate_per_second

    async def start(self) -> None:
        """Start sending. Does nothing if no load was requested."""
        if self._rate <= 0:
            return
        profile = self._lab.profile
        plan = LoadPlan(
            base_url=self._lab.load_url,
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
        """The summary in one line."""
        seen = self.glance()
        if seen["good_share"] is None:
            return "load: no answers"
        slow = "-" if seen["p95_ms"] is None else f"{seen['p95_ms']:g} ms"
        good = f"{seen['good_share']:.1%} good"
        return f"load: {seen['per_second']:g} answers/s, {good}, p95 {slow}"

    def glance(self) -> Mapping[str, Any]:
        """Answers of the last two seconds: rate per second, share of successes, p95."""
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
