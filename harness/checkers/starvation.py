"""What a starved machine shows is the machine, not the app: late answers then prove nothing.

The kernel counts for each process how long it was ready to run and had to wait for a processor
(``/proc/PID/schedstat``, second field; Linux, Documentation/scheduler/sched-stats.rst). An app that
is slow by itself computes or waits for somebody; it does not stand in that queue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.checkers.verdict import Finding, Verdict
from harness.core.events import ProcessorAwaited
from harness.history.evidence import Evidence

STARVED_SHARE = 0.35
"""Of half a second: the app had less than two thirds of what it wanted."""

SPAN_SECONDS = 0.5

TIMED = frozenset(
    {
        "answered-in-time",
        "availability",
        "fails-fast",
        "health-probes",
        "limits",
        "recovery-time",
        "response-time",
    }
)
"""Gates that a busy machine can fail. Data is lost, leaked or doubled by apps alone."""


def starved_share(evidence: Evidence) -> float:
    """The largest share of half a second in which the app waited for a processor; 0: not known."""
    samples = [event for event in evidence.events if isinstance(event, ProcessorAwaited)]
    worst, first = 0.0, 0
    for last, sample in enumerate(samples):
        if sample.seconds < samples[max(0, last - 1)].seconds:
            first = last  # the app was started anew
        while sample.at - samples[first].at > SPAN_SECONDS and first < last - 1:
            first += 1
        waited = sample.seconds - samples[first].seconds
        worst = max(worst, waited / max(SPAN_SECONDS, sample.at - samples[first].at))
    return worst


def excuse(evidence: Evidence) -> str:
    """What a gate by time may say of a starved app; empty when it had its processor."""
    share = starved_share(evidence)
    if share < STARVED_SHARE:
        return ""
    return f"but the app waited for a processor for {share:.0%} of half a second: a busy machine"


def excused(findings: Sequence[Finding], evidence: Evidence) -> tuple[Finding, ...]:
    """The findings; what failed by time on a starved machine is ``inconclusive``."""
    told = excuse(evidence)
    if not told:
        return tuple(findings)
    return tuple(
        replace(finding, verdict=Verdict.INCONCLUSIVE, reason=f"{finding.reason}; {told}")
        if finding.checker in TIMED and finding.verdict is Verdict.FAIL
        else finding
        for finding in findings
    )


def machine_was_busy(findings: Sequence[Finding], evidence: Evidence) -> bool:
    """Whether nothing failed, nothing is proven, and that is the machine's doing: try again."""
    verdicts = {finding.verdict for finding in findings}
    if Verdict.FAIL in verdicts or Verdict.INCONCLUSIVE not in verdicts:
        return False
    lagged = any(
        finding.checker == "generator-kept-up" and finding.verdict is Verdict.INCONCLUSIVE
        for finding in findings
    )
    return lagged or starved_share(evidence) >= STARVED_SHARE
