"""New rows that an answer names, and that are deleted later."""

from __future__ import annotations

import pytest
from squall.lab.gone_rows import find_deleted
from squall.lab.wal import RowChange

TIMES = {1: 0.1, 2: 0.2, 3: 0.3}
ANSWERED = frozenset({"7", "8"})


def made(number: str, table: str = "bookings", transaction: int = 1) -> RowChange:
    return RowChange(table, "insert", {}, {"id": number, "seat": "4"}, transaction)


def gone(number: str, transaction: int = 3) -> RowChange:
    return RowChange("bookings", "delete", {"id": number}, {}, transaction)


def test_a_row_that_an_answer_names() -> None:
    (found,) = find_deleted([made("7"), made("8"), gone("7")], TIMES, ANSWERED)
    assert (found.at, found.column, found.answered) == (0.3, "bookings.id", "7")


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
    assert not list(find_deleted(changes, TIMES, ANSWERED))
