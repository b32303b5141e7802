"""Rows of acknowledged writes that the app deletes by itself: they are lost."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import CommitsRead, RowDeleted, TransactionCommitted
from squall.gates.no_acknowledged_write_lost import ROW_DELETED, NoAcknowledgedWriteLost

CALM, LATER = range(10), 120


def book(make: Any, number: int) -> Any:
    shape = json.dumps({"": "object", ".id": f"={number}"})
    return replace(make.write(number), shape=shape, request="POST /bookings")


def deletion(number: int, *, lost: bool = True) -> RowDeleted:
    return RowDeleted(at=8.0, column="bookings.id", key=str(number), named=False, lost=lost)


def judged(evidence: Any, make: Any, *deleted: int, also: Any = (), rows: Any = ()) -> Any:
    ops = [book(make, number) for number in (*CALM, LATER)]
    made = [
        TransactionCommitted(at=op.done - 0.002, keys={}, ids={"bookings.id": [str(op.id)]})
        for op in ops
    ]
    gone = [deletion(number) for number in deleted]
    happened = [*make.outage(), *made, *gone, *rows, CommitsRead(at=9.0, transactions=10)]
    return NoAcknowledgedWriteLost().judge(evidence([*ops, *also], happened))


def test_a_row_that_nobody_asked_to_delete(evidence: Any, make: Any) -> None:
    found = judged(evidence, make, LATER)
    assert (found.verdict, found.code, found.ops) == ("fail", ROW_DELETED, (LATER,))
    assert "the rows of 1 acknowledged writes were deleted by the app itself" in found.reason


@pytest.mark.parametrize("deleted", [(), (3, LATER), (500,)])
def test_rows_that_stay_that_always_go_and_those_of_nobody(
    evidence: Any, make: Any, deleted: tuple[int, ...]
) -> None:
    assert judged(evidence, make, *deleted).code != ROW_DELETED


@pytest.mark.parametrize(
    ("path", "times", "status", "lost"),
    [
        ("/bookings/120", {}, 204, False),
        ("/rooms/3", {"sent": 7.9, "done": 8.1}, 204, False),
        ("/rooms/3", {"sent": 1.0, "done": 1.1}, 202, False),
        ("/rooms/3", {"sent": 1.0, "done": 1.1}, 204, True),
    ],
    ids=["of the row", "at that time, perhaps with its rows", "some day", "of something else"],
)
def test_a_load_that_deletes(
    evidence: Any, make: Any, path: str, times: dict[str, float], status: int, *, lost: bool
) -> None:
    deletes = replace(
        make.write(130), name="delete", request=f"DELETE {path}", status=status, **times
    )
    assert (judged(evidence, make, LATER, also=[deletes]).code == ROW_DELETED) is lost


def test_a_row_that_was_moved_is_not_lost(evidence: Any, make: Any) -> None:
    moved = deletion(LATER, lost=False)
    assert judged(evidence, make, rows=[moved]).code != ROW_DELETED
