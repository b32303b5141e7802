"""The matrix of patterns in figures, the data of all its renderings.

A cell names the most severe gate that failed: wrong data before dead processes, those before late
answers, and wrong error formats last.
"""

from __future__ import annotations

import dataclasses
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from squall.core.events import BackendsSampled
from squall.gates.verdict import Finding, Verdict, sort_by_severity
from squall.reports.windows import recovery_ms, window_figures
from squall.runner.run import Run

from squall_proof.patterns.pattern_gallery import Pattern
from squall_proof.patterns.pattern_matrix import Cell, PatternMatrix, untold

DISTRIBUTIONS = ("fastapi", "SQLAlchemy", "asyncpg", "psycopg2-binary", "databases", "tortoise-orm")


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedCell:
    """A gate that did not hold."""

    gate: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFigures:
    """One pattern under one outage. Shares are 0 to 1, times milliseconds; None if not measured."""

    pattern: str
    outage: str
    verdict: str
    """``pass``, ``fail``, ``inconclusive``, ``ended`` (the app, at its start) or ``no lab``."""
    failed: tuple[FailedCell, ...] = ()
    """The most severe first; or the reason that there is no run."""
    recovery: float | None = None
    recovered: bool = False
    good_during: float | None = None
    good_after: float | None = None
    p95_during: float | None = None
    p95_after: float | None = None
    connections: int | None = None
    """The maximum number of sessions in PostgreSQL at one time."""
    report: str = ""
    """Where the report of the run is, relative to the matrix; empty without a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternFigures:
    """One pattern over all outages, and without a fault."""

    name: str
    title: str
    passed: int
    of: int
    per_second: float | None
    connections: int | None
    """Without a fault, under the load of the throughput measurement."""
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageFigures:
    """An outage's name and story."""

    name: str
    story: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixTable:
    """All data of the matrix."""

    patterns: tuple[PatternFigures, ...]
    outages: tuple[OutageFigures, ...]
    cells: tuple[CellFigures, ...]
    skipped: tuple[tuple[str, str], ...]
    command: str
    machine: str
    seed: int
    engine: str

    def cell(self, pattern: str, outage: str) -> CellFigures:
        """The figures of one cell. Raises KeyError if there is none."""
        return {(c.pattern, c.outage): c for c in self.cells}[pattern, outage]


def table_of(matrix: PatternMatrix, command: str) -> MatrixTable:
    """The figures of all measurements. ``command`` is the command that repeats them."""
    cells = tuple(figures_of(cell) for cell in matrix.cells)
    return MatrixTable(
        patterns=tuple(_pattern(pattern, matrix, cells) for pattern in matrix.patterns),
        outages=tuple(
            OutageFigures(name=outage.name, story=outage.story) for outage in matrix.outages
        ),
        cells=cells,
        skipped=tuple((pattern.name, reason) for pattern, reason in matrix.skipped),
        command=command,
        machine=machine(),
        seed=matrix.seed,
        engine=matrix.engine,
    )


def figures_of(cell: Cell) -> CellFigures:
    """The figures of one cell. They are empty if the run is inconclusive."""
    pattern, outage, run = cell.pattern.name, cell.outage.name, cell.run
    if run is None:
        verdict = "ended" if cell.blames_app else "no lab"
        failed = (FailedCell(gate=verdict, reason=cell.trouble),)
        return CellFigures(pattern=pattern, outage=outage, verdict=verdict, failed=failed)
    silent = untold(run)
    known = CellFigures(
        pattern=pattern,
        outage=outage,
        verdict=Verdict.INCONCLUSIVE.value,
        failed=(FailedCell(gate=silent.gate, reason=silent.reason),) if silent else (),
        connections=_most_sessions(run),
        report=f"{pattern}/{outage}/report.html",
    )
    return known if silent else _under_outage(known, run)


def _under_outage(known: CellFigures, run: Run) -> CellFigures:
    during, after = (window_figures(run.evidence, window) for window in ("during", "after"))
    recovery = recovery_ms(run)
    return dataclasses.replace(
        known,
        verdict=run.verdict.value,
        failed=tuple(ranked(run.findings)),
        recovery=recovery,
        recovered=recovery is not None,
        good_during=during.share,
        good_after=after.share,
        p95_during=during.p95_ms,
        p95_after=after.p95_ms,
    )


def ranked(findings: Iterable[Finding]) -> list[FailedCell]:
    """Failed gates, the most severe first; inconclusive ones only if none failed."""
    bad = [finding for finding in findings if finding.verdict is Verdict.FAIL]
    bad = bad or [finding for finding in findings if finding.verdict is Verdict.INCONCLUSIVE]
    return [FailedCell(gate=each.gate, reason=each.reason) for each in sort_by_severity(bad)]


def machine() -> str:
    """The machine's properties on which the figures depend."""
    parts = [f"{os.cpu_count()} cores", f"Python {platform.python_version()}"]
    for name in DISTRIBUTIONS:
        try:
            parts.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(parts)


def _pattern(
    pattern: Pattern, matrix: PatternMatrix, cells: Sequence[CellFigures]
) -> PatternFigures:
    own = [cell for cell in cells if cell.pattern == pattern.name]
    calm = next((each for each in matrix.steady if each.pattern == pattern.name), None)
    return PatternFigures(
        name=pattern.name,
        title=pattern.title,
        passed=sum(cell.verdict == Verdict.PASS.value for cell in own),
        of=len(own),
        per_second=calm.per_second if calm else None,
        connections=calm.connections if calm else None,
        trouble=calm.trouble if calm else "",
    )


def _most_sessions(run: Run) -> int | None:
    samples = [event.total for event in run.evidence.events if isinstance(event, BackendsSampled)]
    return max(samples, default=None)
