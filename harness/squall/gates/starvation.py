"""CPU starvation: on an overloaded machine, late answers prove nothing about the app.

The kernel counts for each process how long it was ready to run and waited for a CPU
(``/proc/PID/schedstat``, second field; Linux, Documentation/scheduler/sched-stats.rst). An app that
is slow on its own computes or waits for something else; it does not wait for a CPU.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from squall.core.events import ComponentEnded, ProcessorAwaited
from squall.gates.validity.generator_kept_up import LAGGED, UNSENT
from squall.gates.verdict import Finding, Verdict
from squall.history.evidence import Evidence

STARVED_SHARE = 0.35
"""Share of half a second. At this value the app had less than two thirds of the CPU that it
wanted.
"""

SPAN_SECONDS = 0.5

PERSISTED = ", and yet the app was not healthy when it was asked again, in two labs"
"""What is said of a failure that was excused, and that a busy machine does not explain."""

SEEN_SHARE = 0.8
"""Of a time, of which it is to be said that the app was not starved in it."""


def starved_share(evidence: Evidence, span_seconds: float = SPAN_SECONDS) -> float:
    """The largest share of such a span in which the app waited for a CPU; 0 if unknown."""
    samples = [event for event in evidence.events if isinstance(event, ProcessorAwaited)]
    worst, first = 0.0, 0
    for last, sample in enumerate(samples):
        if sample.seconds < samples[max(0, last - 1)].seconds:
            first = last  # the app was restarted
        while sample.at - samples[first].at > span_seconds and first < last - 1:
            first += 1
        waited = sample.seconds - samples[first].seconds
        worst = max(worst, waited / max(span_seconds, sample.at - samples[first].at))
    return worst


def awaited_share(evidence: Evidence, start: float, end: float) -> float:
    """The share of this time in which the app waited for a CPU; 0 if unknown."""
    samples = [event for event in evidence.events if isinstance(event, ProcessorAwaited)]
    inside = [sample.seconds for sample in samples if start <= sample.at <= end]
    return (max(inside) - inside[0]) / (end - start) if inside and end > start else 0.0


def share_around(evidence: Evidence, start: float, end: float) -> float | None:
    """The same with the samples on both sides of this time: at most so much was lost. None if it
    is not known, as where the app was started again.
    """
    samples = [event for event in evidence.events if isinstance(event, ProcessorAwaited)]
    before = [one.seconds for one in samples if one.at <= start]
    after = [one.seconds for one in samples if one.at >= end]
    if not before or not after or end <= start or after[0] < before[-1]:
        return None
    return (after[0] - before[-1]) / (end - start)


def had_processor(evidence: Evidence, start: float, end: float) -> bool:
    """Whether the app was not starved in this time, with a margin; not if that is unknown."""
    inside = tuple(one for one in evidence.events
                   if isinstance(one, ProcessorAwaited) and start <= one.at <= end)  # fmt: skip
    spans = bool(inside) and inside[-1].at - inside[0].at >= SEEN_SHARE * (end - start)
    return spans and starved_share(replace(evidence, events=inside)) < STARVED_SHARE / 2


def excuse(evidence: Evidence, span_seconds: float = SPAN_SECONDS) -> str:
    """Why gates that measure time cannot judge a starved app; empty if it was not starved."""
    share = starved_share(evidence, span_seconds)
    if share < STARVED_SHARE:
        return ""
    span = "half a second" if span_seconds == SPAN_SECONDS else f"{span_seconds:.1f} s"
    return f"but the app waited for a processor for {share:.0%} of {span}: a busy machine"


def excuse_starved(findings: Sequence[Finding], evidence: Evidence) -> tuple[Finding, ...]:
    """The findings. Time-based failures on a starved machine become ``inconclusive``.

    What was not done in five seconds is not excused by half a second without a CPU, and what
    differs in kind by nothing.
    """
    return tuple(_excused(finding, evidence) for finding in findings)


def _excused(finding: Finding, evidence: Evidence) -> Finding:
    if not finding.timed or finding.in_kind or finding.verdict is not Verdict.FAIL:
        return finding
    return unless_starved(finding, evidence, max(SPAN_SECONDS, finding.patience))


def unless_starved(
    finding: Finding, evidence: Evidence, span_seconds: float = SPAN_SECONDS
) -> Finding:
    """This failure; of an app that was starved in such a span it proves nothing, and what was seen
    is kept.
    """
    starved = excuse(evidence, span_seconds)
    if not starved:
        return finding
    reason = f"{finding.reason}; {starved}"
    return replace(finding, verdict=Verdict.INCONCLUSIVE, reason=reason, excused=True)


def never_excused(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """What was excused fails, since the app was unhealthy long after it."""
    return tuple(
        replace(one, verdict=Verdict.FAIL, reason=one.reason + PERSISTED) if one.excused else one
        for one in findings
    )


def machine_was_busy(findings: Sequence[Finding], evidence: Evidence) -> bool:
    """Whether nothing failed and only the overloaded machine made the run inconclusive:
    retry it. A run that lost a load worker stays what it is: that is not a matter of CPU time.
    """
    if any(isinstance(event, ComponentEnded) for event in evidence.events):
        return False
    verdicts = {finding.verdict for finding in findings}
    if Verdict.FAIL in verdicts or Verdict.INCONCLUSIVE not in verdicts:
        return False
    lagged = any(finding.code in (LAGGED, UNSENT) for finding in findings)
    return lagged or starved_share(evidence) >= STARVED_SHARE
