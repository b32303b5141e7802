"""What callers got before, during and after the outage, in figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from harness.checkers.percentiles import percentile
from harness.core import events
from harness.history.evidence import Evidence, Window
from harness.history.op import Op
from harness.scenario.runner import Run

WINDOWS: tuple[Window, ...] = ("before", "during", "after")

PERCENTS = (50, 95, 99)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowFigures:
    """One window. Times are milliseconds; None where the samples are too few."""

    window: Window
    operations: int
    good: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    slowest_ms: float | None

    @property
    def share(self) -> float | None:
        """Share of good answers; None without operations."""
        return self.good / self.operations if self.operations else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSpan:
    """One fault on the timeline; seconds since the start of the run."""

    fault: str
    begun: float
    healed: float | None
    """None when it was never healed."""
    bites: int
    what: str


def window_figures(evidence: Evidence, window: Window) -> WindowFigures:
    """Figures of one window, counted from the intended start."""
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


def recovery_ms(run: Run) -> float | None:
    """What the gate ``recovery-time`` measured, if it did."""
    for finding in run.findings:
        if finding.checker == "recovery-time":
            return finding.figures.get("recovery_ms")
    return None


def error_class(op: Op) -> str:
    """How a table of errors names an operation that went wrong."""
    return f"HTTP {op.status}" if op.status is not None else f"no answer: {op.error}"


def error_classes(ops: Sequence[Op]) -> Counter[str]:
    """How often each error came."""
    return Counter(error_class(op) for op in ops if not op.good)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
