"""The new rows of the things that one request sends."""

from __future__ import annotations

from typing import Any

from squall.core.events import BatchStored
from squall.history.op import Op, Outcome
from squall.history.shape import describe_items
from squall.lab.stored_batches import find_batches
from squall.lab.wal import RowChange

TIMES = {1: 1.0, 2: 1.1, 3: 9.0}


def post(number: int, body: Any, status: int | None = 201, at: float = 1.0) -> Op:
    outcome = Outcome.APPLIED if status == 201 else Outcome.UNKNOWN
    return Op(
        id=number, name="import", effect="write", key=None, intended=at, sent=at, done=at + 0.2,
        outcome=outcome, status=status, error=None, content_type=None, retry_after=None, body="",
        items=describe_items(body),
    )  # fmt: skip


def row(sensor: int, value: str, transaction: int = 1) -> RowChange:
    new: dict[str, str | None] = {"id": "1", "sensor": str(sensor), "value": value}
    return RowChange("reading", "insert", {}, new, transaction)


THINGS = [{"sensor": 3, "value": 40}, {"sensor": 1, "value": 7.5}, {"sensor": 3, "value": 40}]
ROWS = [row(3, "40"), row(1, "7.50", 2), row(3, "40.0", 2)]


def found(rows: list[RowChange], *ops: Op) -> list[tuple[int, int, int]]:
    batches: list[BatchStored] = list(find_batches(rows, TIMES, ops))
    return [(one.op, one.items, one.stored) for one in batches]


def test_each_thing_needs_a_row_of_its_own() -> None:
    assert found(ROWS, post(1, THINGS)) == [(1, 3, 3)]
    assert found(ROWS[:2], post(1, THINGS, None)) == [(1, 3, 2)]
    assert found([row(3, "41")], post(1, THINGS)) == [(1, 3, 0)]


def test_the_rows_of_an_acknowledged_request_are_no_others() -> None:
    single = post(2, THINGS[1], at=1.1)
    assert found(ROWS[1:2], post(1, THINGS, None), single) == [(1, 3, 0)]


def test_rows_of_another_time_do_not_count_unless_the_request_may_still_run() -> None:
    late = [row(3, "40", 3)]
    assert found(late, post(1, THINGS)) == [(1, 3, 0)]
    assert found(late, post(1, THINGS, None)) == [(1, 3, 1)]


def test_bodies_of_one_thing_alone_are_not_told() -> None:
    assert found(ROWS, post(1, THINGS[0])) == []
    assert describe_items([]) == describe_items([1, 2]) == describe_items([{}]) == ""
