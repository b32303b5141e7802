"""Causes of wrong data that a gate does not tell apart, and the run does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from squall.core import events
from squall.diagnosis import remedies
from squall.diagnosis.diagnose import diagnose
from squall.gates import one_effect, work_is_done
from squall.gates.findings import failed
from squall.history.op import Outcome

READ = events.CommitsRead(at=9.0, transactions=10)
MOVED = failed("conservation", "stock went from 9 to 12")
TWICE = failed("one-effect", "3 requests made their new rows more than once", code=one_effect.TWICE)
LOST = failed("work-is-done", "3 new rows", {"undone": 3.0}, code=work_is_done.UNDONE)
NEVER = failed("acknowledged-before-commit", "3 never committed", {"early": 0, "never": 3})
REMEMBERED = "a worker looks for numbers above the highest that it has seen"
AGAIN = "COMMIT is sent again when its transaction has ended"


def outage(effect: str = "errors") -> list[events.Event]:
    return [
        events.FaultInjected(at=1.0, step=0, fault="wire.error_reply", label="", effect=effect),
        events.FaultHealed(at=2.0, step=0, fault="wire.error_reply", bites=3, what="bites"),
    ]


def moved(*moves: tuple[float, int, float]) -> events.NumbersMoved:
    at, rows, by = zip(*moves, strict=True)
    return events.NumbersMoved(
        at=9.0, column="items.stock", commits=list(at), rows=list(rows), moves=list(by)
    )


SOLD = [(0.1 * row, row, -1.0) for row in range(4)]
"""Before the fault."""


@pytest.mark.parametrize(
    ("later", "told"),
    [
        ([(2.1, row, 1.0) for row in range(4)], True),
        ([(2.1, 0, 1.0)], False),
        ([(2.1, row, -1.0) for row in range(4)], False),
        ([(at, row, by) for row in range(4) for at, by in ((1.5, -2.0), (1.6, 2.0))], False),
        ([(0.9, 0, 1.0), *((2.1, row, 1.0) for row in range(1, 4))], False),
    ],
    ids=["set back", "one row", "sold again", "compensated", "as before the fault"],
)
def test_rows_that_get_back_what_they_had_before(
    evidence: Any, make: Any, later: list[tuple[float, int, float]], told: bool
) -> None:
    run = evidence([make.op(0), make.op(150), make.op(250)],
                   [*outage(), moved(*SOLD, *later)])  # fmt: skip
    found = diagnose(run, [MOVED])
    assert found.reason.startswith("what was committed is overwritten later") is told
    assert (found.remedy == remedies.OWN_COLUMNS) is told


def committed(at: float, key: str, table: str) -> events.TransactionCommitted:
    return events.TransactionCommitted(at=at, keys={key: {f"insert {table}": 1}}, ids={})


def invited(make: Any, number: int, *mails: float, guest: float = 0.004) -> tuple[Any, list[Any]]:
    """A request with mails, and one row of its own, so many seconds after it was sent."""
    op, key = make.write(number), f"k{number}"
    rows = [committed(op.sent + after, key, "mail") for after in mails]
    return op, [*rows, committed(op.sent + guest, key, "guest")]


@pytest.mark.parametrize(
    ("mails", "guest", "told"),
    [((0.001, 0.002), 0.004, True), ((0.001, 0.004), 0.002, False)],
    ids=["behind the rest", "a statement is repeated"],
)
def test_what_is_written_beside_a_transaction_that_runs_again(
    evidence: Any, make: Any, mails: tuple[float, ...], guest: float, told: bool
) -> None:
    calm = [invited(make, number, 0.001) for number in range(10)]
    later = [invited(make, number, *mails, guest=guest) for number in (120, 121)]
    ops = [op for op, _ in (*calm, *later)]
    rows = [row for _, made in (*calm, *later) for row in made]
    found = diagnose(evidence(ops, [*outage(), *rows, READ]), [replace(TWICE, ops=(120, 121))])
    assert ("outside of the transaction, on another connection" in found.reason) is told
    assert (found.remedy == remedies.ONE_TRANSACTION) is told


def test_a_whole_request_that_is_done_twice_was_repeated(evidence: Any, make: Any) -> None:
    calm = [invited(make, number, 0.001) for number in range(10)]
    op, rows = invited(make, 120, 0.001)
    ops, made = [one for one, _ in calm], [row for _, some in calm for row in some]
    run = evidence([*ops, op], [*outage(), *made, *rows, *rows, READ])
    assert diagnose(run, [replace(TWICE, ops=(120,))]).remedy == remedies.IDEMPOTENCY


def order(make: Any, number: int, at: float, done: float | None) -> tuple[Any, list[Any]]:
    """A new row that a worker changes at this time; None: never."""
    name = str(number)
    op = make.write(number, shape=f'{{"":"object",".id":"={name}"}}')
    row = events.TransactionCommitted(at=at, keys={}, ids={"orders.id": [name]})
    commits = {} if done is None else {"orders.shipped": [done]}
    followed = events.RowFollowed(at=at, parent="orders.id", answered=name, commits=commits)
    return op, [row, followed]


@pytest.mark.parametrize(("late", "told"), [(0.1, True), (0.0, False)])
def test_numbers_that_are_committed_behind_higher_ones(
    evidence: Any, make: Any, late: float, told: bool
) -> None:
    """Each third order since the fault is never shipped; it was committed ``late``."""
    calm = [order(make, number, number * 0.01 + 0.004, number * 0.01 + 0.4) for number in range(20)]
    later = [
        order(make, number, number * 0.01 + 0.004 + (0 if number % 3 else late),
              number * 0.01 + 0.4 if number % 3 else None)
        for number in range(120, 130)
    ]  # fmt: skip
    last = order(make, 300, 3.004, 3.2)
    ops = [op for op, _ in (*calm, *later, last)]
    rows = [row for _, made in (*calm, *later, last) for row in made]
    found = diagnose(evidence(ops, [*outage(), *rows, READ]), [LOST])
    assert found.reason.startswith(REMEMBERED) is told


@pytest.mark.parametrize(("late", "told"), [(0.03, True), (0.006, False)])
def test_success_after_a_pause_was_tried_again(
    evidence: Any, make: Any, late: float, told: bool
) -> None:
    calm = [make.write(number) for number in range(10)]
    later = [replace(one, done=one.sent + late, outcome=Outcome.APPLIED)
             for one in (make.write(number) for number in range(120, 123))]  # fmt: skip
    run = evidence([*calm, *later], outage())
    found = diagnose(run, [replace(NEVER, ops=(120, 121, 122))])
    assert found.reason.startswith(AGAIN) is told
    assert found.remedy == remedies.NO_FALSE_SUCCESS
