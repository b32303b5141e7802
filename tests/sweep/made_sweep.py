"""A sweep's result, made by hand: no lab."""

from __future__ import annotations

from collections.abc import Sequence

from squall.sweeping.cells import Pruned, parse_cell
from squall.sweeping.profile_operation import NotProfiled
from squall.sweeping.sweep_limits import SweepLimits
from squall.sweeping.sweep_result import CellFailure, CellResult, Problem, Status, SweepResult
from squall.sweeping.swept_operation import SweptOperation, SweptStatement

ORDER = SweptOperation(
    name="place-order",
    writes=True,
    effect_known=True,
    statements=tuple(
        SweptStatement(sql, status)
        for sql, status in (
            ("BEGIN", "I"),
            ("INSERT INTO orders VALUES (?) RETURNING id", "T"),
            ("COMMIT", "T"),
        )
    ),
)
READ = SweptOperation(
    name="read-item",
    writes=False,
    effect_known=True,
    statements=(SweptStatement("SELECT id, name FROM items WHERE id = ?", "I"),),
)


def cell_result(
    cell: str,
    status: Status = Status.SURVIVED,
    *problems: tuple[CellFailure, str],
    answer: str = "201 after 12 ms: {}",
) -> CellResult:
    """One cell that was run."""
    return CellResult(
        cell=parse_cell(cell),
        status=Status.FAILED if problems else status,
        problems=tuple(Problem(failure, text) for failure, text in problems),
        answer=answer,
        request="POST /orders {'quantity': 1}",
        statements=("#3 I BEGIN", "#3 T COMMIT  ← cut"),
        changes=("insert orders id=7",),
        log=("ERROR lost",),
        seconds=0.02,
    )


TWICE = cell_result(
    "place-order/3/cut_after/once",
    Status.FAILED,
    (CellFailure.TWICE, "answered 201, and its rows are there more than once"),
)
POISONED = cell_result(
    "place-order/1/40P01/once",
    Status.FAILED,
    (CellFailure.POISONED, "after the heal 6 of 6 place-order requests fail: status 500"),
    answer="500 after 9 ms: oops",
)
LATE = cell_result(
    "read-item/1/silence/on", Status.FAILED, (CellFailure.LATE, "no answer; the deadline is 1 s")
)
NOT_READY = cell_result(
    "readiness/connect/cut_before/on",
    Status.FAILED,
    (CellFailure.READINESS, "the database is gone and readiness still says ready"),
    answer="",
)
GOOD = (
    cell_result("place-order/2/40001/once"),
    cell_result("place-order/3/cut_before/once", Status.REFUSED, answer="503 after 5 ms: busy"),
    cell_result("read-item/connect/53300/once"),
)


def sweep_result(
    *results: CellResult, limits: SweepLimits | None = None, notes: Sequence[str] = ()
) -> SweepResult:
    """A sweep with these cells."""
    return SweepResult(
        target="reference",
        seed=4,
        operations=(ORDER, READ),
        left_out=(NotProfiled("list-orders", "it sends no statement"),),
        results=results,
        pruned=(Pruned(cell=parse_cell("read-item/1/53200/once"), reason="like 53100"),),
        seconds=1.5,
        reproduce="squall sweep --seed 4 --cell {cell}",
        notes=notes,
        limits=limits or SweepLimits(),
    )
