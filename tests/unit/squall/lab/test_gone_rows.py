"""New rows that an answer names, and that are deleted later."""

from __future__ import annotations

import pytest
from squall.core.events import RowDeleted
from squall.history.op import Op, Outcome
from squall.lab.gone_rows import find_deleted
from squall.lab.wal import RowChange

TIMES = {1: 0.1, 2: 0.2, 3: 0.3}
ANSWERED = frozenset({"7", "8"})


def put(path: str) -> Op:
    return Op(
        id=0, name="change", effect="write", key="a-1", intended=0.0, sent=0.0, done=0.0,
        outcome=Outcome.APPLIED, status=200, error=None, content_type=None, retry_after=None,
        body="", request=f"PUT {path}",
    )  # fmt: skip


def made(number: str, table: str = "bookings", transaction: int = 1) -> RowChange:
    return RowChange(table, "insert", {}, {"id": number, "seat": "4"}, transaction)


def gone(number: str, transaction: int = 3) -> RowChange:
    return RowChange("bookings", "delete", {"id": number}, {}, transaction)


def test_a_row_that_an_answer_names() -> None:
    (found,) = find_deleted([made("7"), made("8"), gone("7")], TIMES, ANSWERED, [])
    assert found == RowDeleted(at=0.3, column="bookings.id", key="7", named=False, lost=True)


@pytest.mark.parametrize(
    "changes",
    [
        [made("7"), made("8")],
        [made("7"), made("9"), gone("9")],  # no answer names it
        [made("7"), made("8"), gone("7"), made("7", "archive", 3)],  # moved
        [made("8"), gone("7")],  # it was there before the run
    ],
)
def test_rows_that_stay_that_nobody_knows_and_that_are_moved(changes: list[RowChange]) -> None:
    assert not list(find_deleted(changes, TIMES, ANSWERED, [put("/seats/4")]))


def test_a_row_that_a_path_names_is_told_though_it_was_there_before_or_is_moved() -> None:
    between = RowChange("booking_tags", "delete", {"booking": "7", "tag": "3"}, {}, 3)
    others = [gone("9"), between]  # named by no path, or by one of its two keys alone
    (old,) = find_deleted([*others, gone("7")], TIMES, ANSWERED, [put("/bookings/7/seat")])
    assert old == RowDeleted(at=0.3, column="bookings.id", key="7", named=True, lost=False)
    moved = [made("7"), made("8"), gone("7"), made("7", "archive", 3)]
    assert list(find_deleted(moved, TIMES, ANSWERED, [put("/bookings/7")])) == [old]
    (both,) = find_deleted([made("7"), gone("7")], TIMES, ANSWERED, [put("/bookings/7")])
    assert (both.named, both.lost) == (True, True)
