"""The clients' results before, during and after the outage, in figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from squall.core import events
from squall.gates.percentiles import percentile
from squall.gates.recovery_time import NEVER, RecoveryTime
from squall.history.evidence import Evidence, Window
from squall.history.op import Op
from squall.runner.run import Run

WINDOWS: tuple[Window, ...] = ("before", "during", "after")

PERCENTS = (50, 95, 99)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowFigures:
    """One window. Times are milliseconds; None if there are too few samples."""

    window: Window
    operations: int
    good: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    slowest_ms: float | None

    @property
    def share(self) -> float | None:
        """Share of successful answers; None without operations."""
        return self.good / self.operations if self.operations else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSpan:
    """One fault on the timeline; seconds since the start of the run."""

    fault: str
    begun: float
    healed: float | None
    """None if it was never healed."""
    bites: int
    what: str


def window_figures(evidence: Evidence, window: Window) -> WindowFigures:
    """Figures of one window, by intended start."""
    ops = evidence.window(window)
    times = [op.response_seconds * 1000 for op in ops]
    p50, p95, p99 = (_rounded(percentile(times, percent)) for percent in PERCENTS)
    return WindowFigures(
        window=window,
        operations=len(ops),
        good=sum(op.good for op in ops),
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
        slowest_ms=_rounded(max(times, default=None)),
    )


def start_of(evidence: Evidence) -> float:
    """The origin of every report's time axis."""
    times = [event.at for event in evidence.events] + [op.intended for op in evidence.ops]
    return min(times, default=0.0)


def run_seconds(evidence: Evidence) -> float:
    """How long the run took: from the first to the last that was seen."""
    ends = [op.done for op in evidence.ops] + [event.at for event in evidence.events]
    return max(ends, default=0.0) - start_of(evidence)


def fault_spans(evidence: Evidence) -> list[FaultSpan]:
    """Each injected fault until its heal."""
    zero = start_of(evidence)
    healed = {e.step: e for e in evidence.events if isinstance(e, events.FaultHealed)}
    spans = []
    for event in evidence.events:
        if isinstance(event, events.FaultInjected):
            heal = healed.get(event.step)
            spans.append(
                FaultSpan(
                    fault=event.fault,
                    begun=round(event.at - zero, 4),
                    healed=None if heal is None else round(heal.at - zero, 4),
                    bites=0 if heal is None else heal.bites,
                    what="" if heal is None else heal.what,
                )
            )
    return spans


def lead_span(evidence: Evidence) -> tuple[float, float] | None:
    """From when to when statements were delayed before the fault, in seconds since the start of
    the run; None if they were not.
    """
    begun, fault = evidence.first_injected, evidence.fault_in_force
    if begun is None or fault is None or begun == fault:
        return None
    zero = start_of(evidence)
    return round(begun - zero, 4), round(fault - zero, 4)


def bands(evidence: Evidence, end: float) -> list[tuple[str, float, float]]:
    """What stands behind a picture, with its class: the lead, and each fault until its heal or
    ``end``; seconds since the start of the run.
    """
    lead = lead_span(evidence)
    return [
        *([] if lead is None else [("lead", *lead)]),
        *(("band", span.begun, end if span.healed is None else span.healed)
          for span in fault_spans(evidence)),
    ]  # fmt: skip


def recovery_ms(run: Run) -> float | None:
    """The result of the gate ``recovery-time``, if it measured one."""
    for finding in run.findings:
        if finding.gate == RecoveryTime.name:
            return finding.figures.get("recovery_ms")
    return None


NEVER_MS = 1_000_000
"""Where an app that does not recover stands among those that do."""


def recovery_order(run: Run) -> float:
    """A number to sort by: the recovery, and more than any for an app that never recovered."""
    for finding in run.findings:
        if finding.gate == RecoveryTime.name and finding.code == NEVER:
            return NEVER_MS
    return recovery_ms(run) or 0.0


def error_class(op: Op) -> str:
    """The name of a failed operation in a table of errors."""
    return f"HTTP {op.status}" if op.status is not None else f"no answer: {op.error}"


def error_classes(ops: Sequence[Op]) -> Counter[str]:
    """The number of each error."""
    return Counter(error_class(op) for op in ops if not op.good)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
