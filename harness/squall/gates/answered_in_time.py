"""No client hangs: every request is answered within the deadline of the contract.

Time counts from ``sent``, so that the generator's lag is not blamed on the app. If that lag is
large, a validity check makes the run inconclusive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from squall.gates.findings import failed, inconclusive, passed
from squall.gates.starvation import awaited_share, had_processor
from squall.gates.verdict import Finding, Gate, Severity
from squall.history.evidence import Evidence
from squall.history.op import Op

LEAST_OWN = 5
WAITS = 3
"""The app, the proxies and the server wait for a processor, one after another."""


def _is_its_own(evidence: Evidence, op: Op, limit: float) -> bool:
    """Whether a request is late by more than all waits for a processor can have added to it."""
    seconds = op.done - op.sent
    return seconds - WAITS * awaited_share(evidence, op.sent, op.done) * seconds > limit


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredInTime(Gate):
    """Every operation ends within the contract's deadline and ``grace_ms``."""

    grace_ms: float | None = None
    """Allowance for scheduling delays on a busy machine, in addition to the deadline. None: 15 % of
    the deadline, at least 100 ms and at most 250 ms.
    """

    name = "answered-in-time"
    severity = Severity.STUCK
    timed = True

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the number of late operations and the slowest one."""
        if not evidence.awaited:
            return inconclusive(self.name, "there was no operation")
        limit = evidence.contract.deadline_seconds + self._grace(evidence)
        slowest = max(op.done - op.sent for op in evidence.awaited)
        late = [op for op in evidence.awaited if op.done - op.sent > limit]
        figures = {"slowest_ms": round(slowest * 1000, 1), "late": len(late)}
        told = f"slowest {slowest:.2f} s, limit {limit:.2f} s"
        if not late:
            return passed(
                self.name, f"all {len(evidence.awaited)} were answered in time: {told}", figures
            )
        hung = sum(1 for op in late if op.error == "timeout")
        tail = f", {hung} never" if hung else ""
        reason = f"{len(late)} of {len(evidence.awaited)} were answered late{tail}: {told}"
        overrun = 0.0 if hung else slowest / limit
        patience = limit if hung else 0.0
        own = sum(_is_its_own(evidence, op, limit) for op in late) >= LEAST_OWN
        return failed(self.name, reason, figures, late, overrun=overrun, patience=patience,
                      in_kind=own or self._had_processor(evidence, late, limit))  # fmt: skip

    def _had_processor(self, evidence: Evidence, late: Sequence[Op], limit: float) -> bool:
        """Whether the app had one all the time that a request had, which ended clearly too late:
        later than if the generator was starved, too.
        """
        sure = limit + self._grace(evidence)
        return any(
            op.done - op.sent > sure and had_processor(evidence, op.sent, op.sent + limit)
            for op in late
        )

    def _grace(self, evidence: Evidence) -> float:
        if self.grace_ms is not None:
            return self.grace_ms / 1000
        return min(0.25, max(0.1, 0.15 * evidence.contract.deadline_seconds))
