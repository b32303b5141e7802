"""What was written and read back in the outage is found after it, too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import CommitsRead, RowDeleted
from squall.gates.asked_again import MOST_READ_BACK, read_back_in_it
from squall.gates.read_your_writes import ReadYourWrites
from squall.history.op import FIRST_AGAIN, FIRST_READ_BACK

BEGUN, HEALED = 1.0, 2.0


def found(make: Any, number: int, at: float = 1.5, status: int = 200) -> Any:
    """A read-back of order ``number``; a fault lasts from 1 s to 2 s."""
    op = make.op(FIRST_READ_BACK + number, at=at, status=status)
    return replace(op, request=f"GET /orders/{number}")


def again(make: Any, number: int, status: int) -> Any:
    op = make.op(FIRST_AGAIN + number, at=2.3, status=status)
    return replace(op, request=f"GET /orders/{number}")


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ((404, 404), "lost-from-sight"),
        ((404, 410), "lost-from-sight"),
        ((404, 200), "holds"),  # one alone
        ((503, 503), "holds"),
        ((200, 200), "holds"),
    ],
)
def test_writes_of_another_process_are_found(
    evidence: Any, make: Any, statuses: tuple[int, int], code: str
) -> None:
    ops = [found(make, 1), found(make, 2)]
    ops += [again(make, number, status) for number, status in zip((1, 2), statuses, strict=True)]
    assert ReadYourWrites().judge(evidence(ops, make.outage())).code == code


def test_what_a_failover_or_a_deletion_takes_away_is_not_judged_here(
    evidence: Any, make: Any
) -> None:
    ops = [found(make, 1), found(make, 2), again(make, 1, 404), again(make, 2, 404)]
    run = evidence(ops, make.outage())
    assert ReadYourWrites(allow_lost_during=True).judge(run).code == "holds"
    deleted = replace(make.op(7), request="DELETE /orders/1", effect="write")
    assert ReadYourWrites().judge(evidence([*ops, deleted], make.outage())).code == "holds"
    gone = RowDeleted(at=2.2, column="orders.id", key="1", lost=True, named=False)
    run = evidence(ops, [*make.outage(), gone])
    assert ReadYourWrites().judge(run).code == "holds"


def test_a_deletion_of_something_else_excuses_nothing(evidence: Any, make: Any) -> None:
    ops = [found(make, 1), found(make, 2), again(make, 1, 404), again(make, 2, 404)]
    deleted = replace(make.op(7), request="DELETE /orders/3", effect="write")
    read = CommitsRead(at=3.0, transactions=9)
    row = RowDeleted(at=1.6, column="orders.id", key="3", lost=True, named=True)
    run = evidence([*ops, deleted], [*make.outage(), row, read])
    assert ReadYourWrites().judge(run).code == "lost-from-sight"
    own = replace(deleted, request="DELETE /orders/2")
    run = evidence([*ops, own], [*make.outage(), replace(row, key="2"), read])
    assert ReadYourWrites().judge(run).code == "holds"  # one is left, which is not enough


def test_the_newest_that_were_found_in_the_outage_are_asked_again(make: Any) -> None:
    before = [found(make, 1, at=0.5)]
    during = [found(make, number, at=1.1 + number / 100) for number in range(10, 18)]
    missing = [found(make, 20, status=404)]
    assert read_back_in_it([*before, *during, *missing], BEGUN) == during[-MOST_READ_BACK:]
