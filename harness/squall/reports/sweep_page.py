"""The heat map of a sweep: operations and their statements against faults."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from squall.reports.html.page_parts import MAP_STYLES, render_page
from squall.reports.sweep_failures import verdict_of
from squall.sweeping.cells import CONNECT, DESCRIPTIONS, Cell
from squall.sweeping.sweep_result import MARKS, CellFailure, CellResult, Status, SweepResult
from squall.sweeping.whole_app_cells import WHOLE_APP

ALWAYS: tuple[tuple[str, str], ...] = (
    (MARKS[Status.SURVIVED], "survived"),
    (MARKS[Status.REFUSED], "refused well"),
    (MARKS[CellFailure.UNDOCUMENTED], "undocumented answer, such as a status 500"),
    (MARKS[CellFailure.LATE], "late"),
    (MARKS[CellFailure.PARTIAL], "partial effect"),
    (MARKS[CellFailure.TWICE], "twice, or applied although refused"),
    (MARKS[CellFailure.POISONED], "poisoned: later requests fail"),
)
SOMETIMES: tuple[tuple[str, str], ...] = (
    (MARKS[CellFailure.LOST], "acknowledged and not there"),
    (MARKS[CellFailure.WRONG], "wrong answer"),
    (MARKS[CellFailure.STORM], "too many statements or logins"),
    (MARKS[CellFailure.LOG], "unhandled error in the log"),
    (MARKS[CellFailure.READINESS], "readiness or liveness says otherwise"),
    (MARKS[CellFailure.LEFTOVER], "failures leave something behind"),
    (MARKS[CellFailure.SLOW], "slower than it need be"),
    (
        MARKS[CellFailure.CROWD],
        "callers at once: they wait for each other, or are all repeated in the same moment",
    ),
    (MARKS[CellFailure.START], "does not start without its database"),
    (MARKS[CellFailure.WORSE], "refused; when the baseline was written, it was survived"),
    (MARKS[Status.NOT_EXERCISED], "not exercised"),
)
"""These are explained on a page that has them."""

SPACE = re.compile(r"\s+")


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
    entries: tuple[CellResult, ...]
    """Fault points that did not fail; failing ones have a section of their own."""


def sweep_page(result: SweepResult) -> str:
    """The page's text."""
    return render_page(
        "sweep.html.j2",
        (),
        styles=MAP_STYLES,
        result=result,
        blocks=blocks(result),
        legend=list(_legend(result)),
        descriptions=DESCRIPTIONS,
        failing=result.failed,
        known=result.limits.known,
        verdict=verdict_of(result),
        anchor=anchor,
    )


def anchor(cell: Cell) -> str:
    """The id of a fault point on the page: that of the cell, without white space."""
    return SPACE.sub("_", cell.id)


def _legend(result: SweepResult) -> Iterator[tuple[str, str]]:
    used = {one.mark for one in result.results}
    yield from ALWAYS
    yield from (entry for entry in SOMETIMES if entry[0] in used)


def blocks(result: SweepResult) -> list[Block]:
    """The heat map's tables. Faults without a cell in a table are left out."""
    found = []
    for name in WHOLE_APP:
        mine = [one for one in result.results if one.cell.operation == name]
        if mine:
            found.append(_block(name, "on", mine, [(CONNECT, "(every statement)")]))
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
    shown = tuple(row for row in rows if any(row.cells))
    entries = tuple(one for row in shown for one in row.cells if one and not one.problems)
    return Block(name, mode, faults, shown, entries)
