"""The heat map of a sweep: operations and their statements against faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from squall.reports.html.page_parts import asset, environment
from squall.sweeping.cells import CONNECT, DESCRIPTIONS
from squall.sweeping.readiness_cells import NAME as READINESS
from squall.sweeping.sweep_result import MARKS, CellFailure, CellResult, Status, SweepResult

POLICY = (
    "default-src 'none'; script-src 'none'; style-src 'unsafe-inline'; img-src data:;"
    " base-uri 'none'; form-action 'none'"
)
LEGEND: tuple[tuple[str, str], ...] = (
    (MARKS[Status.SURVIVED], "survived"),
    (MARKS[Status.REFUSED], "refused well"),
    (MARKS[CellFailure.UNDOCUMENTED], "undocumented answer"),
    (MARKS[CellFailure.LATE], "late"),
    (MARKS[CellFailure.PARTIAL], "partial effect"),
    (MARKS[CellFailure.TWICE], "twice, or applied although refused"),
    (MARKS[CellFailure.LOST], "acknowledged and not there"),
    (MARKS[CellFailure.POISONED], "poisoned: later requests fail"),
    (MARKS[CellFailure.WRONG], "wrong answer"),
    (MARKS[Status.NOT_EXERCISED], "not exercised"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One point of one operation."""

    title: str
    statement: str
    cells: tuple[CellResult | None, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One operation and one mode."""

    operation: str
    mode: str
    faults: tuple[str, ...]
    rows: tuple[Row, ...]


def sweep_page(result: SweepResult) -> str:
    """The page's text."""
    style = "\n".join(asset(name) for name in ("squall.css", "sweep.css"))
    return (
        environment()
        .get_template("sweep.html.j2")
        .render(
            style=Markup(style),  # noqa: S704 - our own files
            policy=POLICY,
            result=result,
            blocks=blocks(result),
            legend=LEGEND,
            descriptions=DESCRIPTIONS,
            failing=result.failed,
            Status=Status,
        )
    )


def blocks(result: SweepResult) -> list[Block]:
    """The heat map's tables. Faults without a cell in a table are left out."""
    found = []
    probes = [one for one in result.results if one.cell.operation == READINESS]
    if probes:
        found.append(_block(READINESS, "on", probes, [(CONNECT, "(every statement)")]))
    for operation in result.operations:
        name = operation.name
        for mode in ("once", "on"):
            mine = [
                one
                for one in result.results
                if one.cell.operation == name and one.cell.mode == mode
            ]
            if mine:
                steps = [
                    (str(n), each.fingerprint) for n, each in enumerate(operation.statements, 1)
                ]
                found.append(_block(name, mode, mine, [(CONNECT, "(connect)"), *steps]))
    return found


def _block(
    name: str, mode: str, mine: Sequence[CellResult], points: Sequence[tuple[str, str]]
) -> Block:
    used = {one.cell.fault for one in mine}
    faults = tuple(fault for fault in DESCRIPTIONS if fault in used)
    by_place = {(one.cell.point, one.cell.fault): one for one in mine}
    rows = [
        Row(point, " ".join(sql.split()), tuple(by_place.get((point, fault)) for fault in faults))
        for point, sql in points
    ]
    return Block(name, mode, faults, tuple(row for row in rows if any(row.cells)))
