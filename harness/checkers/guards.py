"""Guards against green for nothing: a run that proves nothing is ``inconclusive``, never passed."""

from __future__ import annotations

from dataclasses import dataclass

from harness.checkers.findings import inconclusive, passed
from harness.checkers.percentiles import percentile
from harness.checkers.verdict import Finding
from harness.core.events import FaultHealed, FaultInjected, FaultSkipped, SteadyStateChecked
from harness.history.evidence import Evidence
from harness.history.op import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class SteadyState:
    """The app is well before the first fault; else nothing can be blamed on the fault."""

    good_min: float = 0.99
    p95_ms: float = 400.0

    name = "steady-state"

    def judge(self, evidence: Evidence) -> Finding:
        """Share of good answers and their p95 in the ``before`` window."""
        for event in evidence.events:
            if isinstance(event, SteadyStateChecked) and not event.holds:
                return inconclusive(self.name, event.reason)
        ops = evidence.window("before")
        slow = percentile([op.response_seconds for op in ops], 95)
        if slow is None:
            return inconclusive(self.name, f"only {len(ops)} operations before the fault")
        share = sum(op.good for op in ops) / len(ops)
        told = f"{share:.1%} of {len(ops)} answers good, p95 {slow * 1000:.0f} ms before the fault"
        figures = {"good_share": round(share, 4), "p95_ms": round(slow * 1000, 1)}
        if share < self.good_min or slow * 1000 > self.p95_ms:
            return inconclusive(self.name, f"not well to begin with: {told}", figures)
        return passed(self.name, told, figures)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultsBit:
    """Every fault was injected, did something unless it may miss, and was healed."""

    name = "faults-bit"

    def judge(self, evidence: Evidence) -> Finding:
        """Name the faults that did nothing."""
        skipped = [event for event in evidence.events if isinstance(event, FaultSkipped)]
        if skipped:
            return inconclusive(self.name, f"{skipped[0].fault} was skipped: {skipped[0].reason}")
        injected = {event.step for event in evidence.events if isinstance(event, FaultInjected)}
        healed = [event for event in evidence.events if isinstance(event, FaultHealed)]
        if not injected or injected != {event.step for event in healed}:
            return inconclusive(self.name, "not every fault was injected and healed")
        idle = [event for event in healed if event.bites < 1]
        if len(idle) == len(healed) or not all(event.may_miss for event in idle):
            told = ", ".join(f"{event.fault} (0 {event.what})" for event in idle)
            return inconclusive(self.name, f"never bit: {told}")
        told = ", ".join(f"{event.fault}: {event.bitten}" for event in healed)
        return passed(self.name, told)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnoughOperations:
    """Both sides of the outage were observed, and a write was acknowledged if any are declared."""

    before: int = 40
    after: int = 40

    name = "enough-operations"

    def judge(self, evidence: Evidence) -> Finding:
        """Count operations in the windows."""
        before, after = len(evidence.window("before")), len(evidence.window("after"))
        told = f"{before} operations before and {after} after the outage"
        if before < self.before or after < self.after:
            return inconclusive(
                self.name, f"only {told}; {self.before} and {self.after} are needed"
            )
        writes = [op for op in evidence.ops if op.key is not None]
        if writes and not any(op.outcome is Outcome.APPLIED for op in writes):
            return inconclusive(self.name, f"none of {len(writes)} writes was acknowledged")
        return passed(self.name, told)


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorKeptUp:
    """Requests left when they were meant to; else response times are the generator's."""

    lag_p99_ms: float = 50.0

    name = "generator-kept-up"

    def judge(self, evidence: Evidence) -> Finding:
        """The generator's own lag, and what it could not send."""
        if evidence.unsent:
            return inconclusive(self.name, f"{evidence.unsent} operations could not be sent")
        lags = [op.sent - op.intended for op in evidence.ops]
        lag = percentile(lags, 99) or max(lags, default=0.0)
        figures = {"lag_p99_ms": round(lag * 1000, 2)}
        told = f"p99 of the schedule lag {lag * 1000:.1f} ms"
        if lag * 1000 > self.lag_p99_ms:
            return inconclusive(self.name, f"the generator lagged: {told}", figures)
        return passed(self.name, told, figures)
