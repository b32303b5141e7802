"""The figures of one run that every report shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from squall.core.counting import counted
from squall.core.events import FaultHealed
from squall.gates.percentiles import percentile
from squall.history.evidence import Window
from squall.reports.windows import WINDOWS
from squall.runner.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryRow:
    """A row of the table."""

    bites: str
    errors: str
    p95: tuple[str, str, str]
    recovery: str


def summary_row(run: Run) -> SummaryRow:
    """Figures as text; ``-`` if there are too few samples."""
    healed = [event for event in run.evidence.events if isinstance(event, FaultHealed)]
    ops = run.evidence.awaited
    bad = sum(not op.good for op in ops)
    recovery = run.finding("recovery-time").figures.get("recovery_ms") if _judged(run) else None
    before, during, after = (_p95(run, window) for window in WINDOWS)
    return SummaryRow(
        bites=_bites(healed) or "-",
        errors=f"{bad / len(ops):.0%}" if ops else "-",
        p95=(before, during, after),
        recovery="-" if recovery is None else f"{recovery:.0f} ms",
    )


def _bites(healed: Iterable[FaultHealed]) -> str:
    """What the faults did: equal nouns are added up, because a fault may act ten times."""
    counts: Counter[str] = Counter()
    for event in healed:
        counts[event.what] += event.bites
    return ", ".join(counted(count, what) for what, count in counts.items())


def _judged(run: Run) -> bool:
    return any(finding.gate == "recovery-time" for finding in run.findings)


def _p95(run: Run, window: Window) -> str:
    value = percentile([op.response_seconds for op in run.evidence.window(window)], 95)
    return "-" if value is None else f"{value * 1000:.0f}"
