"""A matrix made by hand: three patterns, two outages, every kind of cell."""

from __future__ import annotations

import pytest
from squall_proof.patterns.matrix_figures import (
    CellFigures,
    FailedCell,
    MatrixTable,
    OutageFigures,
    PatternFigures,
)


def _pattern(name: str, passed: int, per_second: float | None) -> PatternFigures:
    title = f"the way of {name}"
    return PatternFigures(
        name=name, title=title, passed=passed, of=2, per_second=per_second, connections=5
    )


@pytest.fixture
def table() -> MatrixTable:
    well = CellFigures(
        pattern="good", outage="cut", verdict="pass", recovery=0.0, recovered=True,
        good_during=0.5, good_after=1.0, p95_during=12.4, p95_after=3.0, connections=5,
        report="good/cut/report.html",
    )  # fmt: skip
    stuck = CellFigures(
        pattern="bad", outage="cut", verdict="fail", good_during=0.0, good_after=0.25,
        p95_during=4000.0, connections=15, report="bad/cut/report.html",
        failed=(
            FailedCell(gate="no-duplicate", reason="2 of 9 writes are there twice"),
            FailedCell(gate="recovery-time", reason="not recovered <2 s> after the heal"),
        ),
    )  # fmt: skip
    unsteady = FailedCell(gate="steady-state", reason="not well to begin with")
    ended = FailedCell(gate="ended", reason="the app bad:app ended with exit code 3")
    return MatrixTable(
        patterns=(_pattern("good", 1, 1000.4), _pattern("bad", 0, None)),
        outages=(
            OutageFigures(name="cut", story="The line is cut."),
            OutageFigures(name="calm", story="A | B <b>."),
        ),
        cells=(
            well,
            CellFigures(pattern="good", outage="calm", verdict="inconclusive", failed=(unsteady,)),
            stuck,
            CellFigures(pattern="bad", outage="calm", verdict="ended", failed=(ended,)),
        ),
        skipped=(("far", "pgbouncer is missing; install it with: apt install pgbouncer"),),
        command="python -m squall_proof patterns --seed 1",
        machine="2 cores",
        seed=1,
        engine="embedded",
    )
