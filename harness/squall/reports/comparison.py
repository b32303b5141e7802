"""What got better or worse from one run to another, and which differences are not significant.

All comparisons of one command share one probability of a false alarm (Bonferroni): otherwise thirty
outages with eight figures each would raise false alarms every time. Requests of one outage are not
independent of each other, so an interval describes only these two runs; repeat them to show a
cause.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from squall.gates.verdict import Verdict
from squall.history.evidence import Window
from squall.reports.intervals import (
    Interval,
    deviations,
    difference,
    percentile_interval,
    share_interval,
)
from squall.reports.windows import recovery_ms
from squall.runner.run import Run

MIN_MS = 5.0
"""Smaller differences are noise of the machine."""

MIN_RELATIVE = 0.1
"""The same, relative to the first run's time."""


class Change(StrEnum):
    """From the first run to the second."""

    BETTER = "better"
    WORSE = "worse"
    UNCLEAR = "not distinguishable"
    THIN = "too few requests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One figure of one outage, in both runs."""

    outage: str
    figure: str
    unit: str
    """``ms``, or ``%`` for shares from 0 to 1."""
    counts: tuple[int, int]
    a: float | None
    b: float | None
    gain: Interval | None
    """``b - a`` with its interval; None if there are too few requests."""
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One gate whose verdict has changed."""

    outage: str
    gate: str
    a: Verdict | None
    """None if the gate did not exist."""
    b: Verdict | None
    reason: str

    @property
    def change(self) -> Change:
        """Worse if the new verdict is more severe."""
        if self.a is None or self.b is None:
            return Change.UNCLEAR
        return Change.WORSE if self.b.severity > self.a.severity else Change.BETTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two runs side by side."""

    gates: tuple[Judged, ...]
    figures: tuple[Compared, ...]
    recoveries: Mapping[str, tuple[float | None, float | None]]
    """Milliseconds. One measurement each, so there is no interval."""
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    confidence: float
    """Probability that no comparison here is a false alarm."""

    @property
    def worse(self) -> bool:
        """Whether anything is significantly worse."""
        changes = [*(g.change for g in self.gates), *(f.change for f in self.figures)]
        return Change.WORSE in changes


SHARES: tuple[Window, ...] = ("during", "after")
TIMES: tuple[tuple[Window, int], ...] = (
    ("before", 50), ("before", 95), ("during", 50), ("during", 95), ("after", 50), ("after", 95),
)  # fmt: skip


def compare(a: Sequence[Run], b: Sequence[Run], *, confidence: float) -> Comparison:
    """Compare outages of the same name."""
    first = {run.scenario.name: run for run in a}
    second = {run.scenario.name: run for run in b}
    both = [name for name in first if name in second]
    comparisons = max(1, len(both) * (len(SHARES) + len(TIMES)))
    z = deviations(1 - (1 - confidence) / comparisons)
    return Comparison(
        gates=tuple(gate for name in both for gate in _gates(first[name], second[name])),
        figures=tuple(row for name in both for row in _figures(first[name], second[name], z)),
        recoveries={name: (recovery_ms(first[name]), recovery_ms(second[name])) for name in both},
        only_a=tuple(name for name in first if name not in second),
        only_b=tuple(name for name in second if name not in first),
        confidence=confidence,
    )


def _gates(a: Run, b: Run) -> Iterator[Judged]:
    old = {finding.gate: finding for finding in a.findings}
    new = {finding.gate: finding for finding in b.findings}
    for gate in old | new:
        before, after = old.get(gate), new.get(gate)
        one = before.verdict if before else None
        two = after.verdict if after else None
        if one is not two:
            reason = after.reason if after else "the gate is gone"
            yield Judged(outage=a.scenario.name, gate=gate, a=one, b=two, reason=reason)


def _figures(a: Run, b: Run, z: float) -> Iterator[Compared]:
    for window in SHARES:
        ops = [run.evidence.window(window) for run in (a, b)]
        shares = [share_interval(sum(op.good for op in o), len(o), z) for o in ops]
        yield _compared(a, f"good answers {window}", "%", (len(ops[0]), len(ops[1])), shares)
    for window, percent in TIMES:
        times = [[op.response_seconds * 1000 for op in r.evidence.window(window)] for r in (a, b)]
        found = [percentile_interval(values, percent, z) for values in times]
        counts = (len(times[0]), len(times[1]))
        yield _compared(a, f"p{percent} {window}", "ms", counts, found)


def _compared(
    run: Run, figure: str, unit: str, counts: tuple[int, int], found: Sequence[Interval | None]
) -> Compared:
    a, b = found
    gain = None if a is None or b is None else difference(a, b)
    return Compared(
        outage=run.scenario.name,
        figure=figure,
        unit=unit,
        counts=counts,
        a=None if a is None else a.estimate,
        b=None if b is None else b.estimate,
        gain=gain,
        change=Change.THIN if gain is None or a is None else _change(gain, unit, a.estimate),
    )


def _change(gain: Interval, unit: str, before: float) -> Change:
    """Significant, and large enough to matter."""
    margin = max(MIN_MS, MIN_RELATIVE * before) if unit == "ms" else 0.0
    more_is_better = unit == "%"
    if gain.low > margin:
        return Change.BETTER if more_is_better else Change.WORSE
    if gain.high < -margin:
        return Change.WORSE if more_is_better else Change.BETTER
    return Change.UNCLEAR
