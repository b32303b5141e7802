"""SIGTERM ends the app: running requests are finished within the grace period, then it exits.

A deployment or a scale-down sends SIGTERM and, after a grace period, SIGKILL. An app is killed in
the middle of its work if it ignores the signal or waits for something that never comes (a pool
whose connections are all leaked, an endless stream).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from squall.core.events import AppTerminated, FaultInjected
from squall.gates.findings import failed, inconclusive, not_judged, passed
from squall.gates.starvation import STARVED_SHARE, awaited_share
from squall.gates.verdict import Finding, Gate, Severity, Verdict
from squall.history.evidence import Evidence

KILLED = frozenset({-9, 137})
"""SIGKILL, as reported for a process and for a container."""

ORDERLY = frozenset({0, -15, 143, -2, 130})
"""Ended by itself, or by SIGTERM or SIGINT, as reported for a process and for a container."""

WITH_AN_ERROR = "ended-with-an-error"

TERMINATE = "app.terminate"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndsWhenTold(Gate):
    """The app exits within its grace period each time that it receives SIGTERM."""

    name = "ends-when-told"
    severity = Severity.DEAD

    def judge(self, evidence: Evidence) -> Finding:
        """Fail with the grace period."""
        ends = [event for event in evidence.events if isinstance(event, AppTerminated)]
        if not ends:
            return not_judged(self.name, "the app was not told to end")
        slowest = max(ends, key=lambda end: end.seconds)
        figures = {"seconds": round(slowest.seconds, 2), "exit_code": slowest.exit_code}
        killed = [end for end in ends if end.exit_code in KILLED]
        if not killed:
            return self._ended(ends, slowest, figures)
        reason = f"the app did not end {killed[0].seconds:.1f} s after SIGTERM, and was killed"
        if (share := _starved(evidence, ends)) >= STARVED_SHARE:
            reason += f"; but it waited for a processor for {share:.0%} of them: a busy machine"
            return inconclusive(self.name, reason, figures)
        return failed(self.name, reason, figures)

    def _ended(
        self, ends: Sequence[AppTerminated], slowest: AppTerminated, figures: dict[str, float]
    ) -> Finding:
        odd = [end for end in ends if end.exit_code not in ORDERLY]
        if odd:
            reason = f"the app ended with exit code {odd[0].exit_code} after SIGTERM: an error"
            return failed(self.name, reason, figures, code=WITH_AN_ERROR)
        return passed(self.name, f"the app ended {slowest.seconds:.2f} s after SIGTERM", figures)


def had_to_be_killed(findings: Sequence[Finding]) -> bool:
    """Whether the app failed this gate because it did not end by itself."""
    return any(
        one.gate == EndsWhenTold.name
        and one.verdict is Verdict.FAIL
        and one.figures.get("exit_code") in KILLED
        for one in findings
    )


def note_earlier_kill(
    findings: Sequence[Finding], earlier: Sequence[Finding]
) -> tuple[Finding, ...]:
    """The findings of a run in a new lab; if its app ended, what it did after other outages."""
    told = next(one.reason for one in earlier if one.gate == EndsWhenTold.name)
    told = f"; after other outages, which may have left something that it waits for: {told}"
    return tuple(
        replace(one, noted=True, reason=one.reason + told)
        if one.gate == EndsWhenTold.name and one.verdict is Verdict.PASS
        else one
        for one in findings
    )


def _starved(evidence: Evidence, ends: Sequence[AppTerminated]) -> float:
    """The largest share of a grace period in which the app waited for a CPU.

    The start of the next version is not part of it, though that takes the most CPU of all.
    """
    told = [
        event.at
        for event in evidence.events
        if isinstance(event, FaultInjected) and event.fault == TERMINATE
    ]
    periods = zip(told, ends, strict=False)
    return max((awaited_share(evidence, at, at + end.seconds) for at, end in periods), default=0.0)
