"""The matrix of patterns in figures: what every rendering of it shows.

A cell names the gravest checker that failed: wrong data before dead processes, those before late
answers, and bad manners last.
"""

from __future__ import annotations

import dataclasses
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from harness.checkers.verdict import Finding, Verdict
from harness.core.events import BackendsSampled
from harness.patterns.gallery import Pattern
from harness.patterns.matrix import Cell, Matrix, untold
from harness.reports.windows import recovery_ms, window_figures
from harness.scenario.runner import Run

GRAVEST_FIRST = (
    "no-acknowledged-write-lost",
    "no-duplicate",
    "read-your-writes",
    "refused-write-absent",
    "conservation",
    "app-survived",
    "connection-leaks",
    "answered-in-time",
    "recovery-time",
    "availability",
    "retry-storm",
    "fails-fast",
    "response-time",
    "health-probes",
    "error-contract",
    "log-clean",
)
"""What is not in the list comes last."""

DISTRIBUTIONS = ("fastapi", "SQLAlchemy", "asyncpg", "psycopg2-binary", "databases", "tortoise-orm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A checker that was not content."""

    checker: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFigures:
    """One pattern under one outage. Shares are 0 to 1, times milliseconds; None: not measured."""

    pattern: str
    outage: str
    verdict: str
    """``pass``, ``fail``, ``inconclusive``, ``ended`` (the app, at its start) or ``no lab``."""
    failed: tuple[Failed, ...] = ()
    """Gravest first; the reason that there is no run, when there is none."""
    recovery: float | None = None
    recovered: bool = False
    good_during: float | None = None
    good_after: float | None = None
    p95_during: float | None = None
    p95_after: float | None = None
    connections: int | None = None
    """The most sessions that PostgreSQL saw at once."""
    report: str = ""
    """Where the report of the run is, from the matrix; empty without a run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternFigures:
    """One pattern over all outages, and in calm."""

    name: str
    title: str
    passed: int
    of: int
    per_second: float | None
    connections: int | None
    """In calm, under the load of the throughput's measure."""
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageFigures:
    """An outage's name and story."""

    name: str
    story: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Everything that is shown."""

    patterns: tuple[PatternFigures, ...]
    outages: tuple[OutageFigures, ...]
    cells: tuple[CellFigures, ...]
    skipped: tuple[tuple[str, str], ...]
    command: str
    machine: str
    seed: int
    engine: str

    def cell(self, pattern: str, outage: str) -> CellFigures:
        """KeyError when there is none."""
        return {(c.pattern, c.outage): c for c in self.cells}[pattern, outage]


def table_of(matrix: Matrix, command: str) -> Table:
    """The figures of what was measured; ``command`` is what makes them again."""
    cells = tuple(figures_of(cell) for cell in matrix.cells)
    return Table(
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
    """The figures of one cell; nothing is said of an outage when the run says nothing."""
    pattern, outage, run = cell.pattern.name, cell.outage.name, cell.run
    if run is None:
        verdict = "ended" if cell.blames_app else "no lab"
        failed = (Failed(checker=verdict, reason=cell.trouble),)
        return CellFigures(pattern=pattern, outage=outage, verdict=verdict, failed=failed)
    silent = untold(run)
    known = CellFigures(
        pattern=pattern,
        outage=outage,
        verdict=Verdict.INCONCLUSIVE.value,
        failed=(Failed(checker=silent.checker, reason=silent.reason),) if silent else (),
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


def ranked(findings: Iterable[Finding]) -> list[Failed]:
    """What failed, gravest first; what proved nothing only when nothing failed."""
    bad = [finding for finding in findings if finding.verdict is Verdict.FAIL]
    bad = bad or [finding for finding in findings if finding.verdict is Verdict.INCONCLUSIVE]
    places = {name: place for place, name in enumerate(GRAVEST_FIRST)}
    bad.sort(key=lambda finding: places.get(finding.checker, len(places)))
    return [Failed(checker=finding.checker, reason=finding.reason) for finding in bad]


def machine() -> str:
    """What the figures depend on."""
    parts = [f"{os.cpu_count()} cores", f"Python {platform.python_version()}"]
    for name in DISTRIBUTIONS:
        try:
            parts.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(parts)


def _pattern(pattern: Pattern, matrix: Matrix, cells: Sequence[CellFigures]) -> PatternFigures:
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
