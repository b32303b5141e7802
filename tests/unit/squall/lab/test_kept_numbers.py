"""Numbers that transactions keep beside the rows that they make."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from squall.lab.kept_numbers import find_kept
from squall.lab.wal import RowChange

START = {("rooms", "id", "taken"): {"7": Decimal(3), "8": Decimal(0)}}


def booking(number: int, taken: int, *, room: str = "7", **more: Any) -> list[RowChange]:
    values: dict[str, str | None] = {"id": str(number), "room": room}
    values |= {name: str(one) for name, one in more.items()}
    return [
        RowChange("rooms", "update", {}, {"id": room, "taken": str(taken)}, number),
        RowChange("bookings", "insert", {}, values, number),
    ]


def cancelled(number: int, taken: int) -> list[RowChange]:
    return [RowChange("rooms", "update", {}, {"id": "7", "taken": str(taken)}, number)]


def found(*transactions: list[RowChange]) -> list[Any]:
    changes = [change for one in transactions for change in one]
    times = {change.transaction: change.transaction / 10 for change in changes}
    return list(find_kept(START, changes, times))


USUAL = [booking(number, 3 + number) for number in range(1, 5)]


def test_a_number_that_counts_rows_is_told() -> None:
    (one,) = found(*USUAL)
    assert (one.column, one.made) == ("rooms.taken", "bookings")
    assert one.commits == [0.1, 0.2, 0.3, 0.4]
    assert not any(one.stale)


def test_a_transaction_that_read_an_older_number_wrote_over_another_one() -> None:
    (one,) = found(*USUAL, booking(5, 7), booking(6, 8))
    assert one.stale == [False] * 4 + [True, False]


def test_other_transactions_move_it_too() -> None:
    (one,) = found(*USUAL, cancelled(5, 6), booking(6, 7))
    assert not any(one.stale)
    assert len(one.stale) == 5


@pytest.mark.parametrize("sign", [1, -1])
def test_it_may_move_by_what_the_row_says(sign: int) -> None:
    pieces = [2, 1, 5, 2, 3]
    totals = [3 + sign * sum(pieces[: n + 1]) for n in range(5)]
    usual = [booking(n + 1, totals[n], pieces=pieces[n]) for n in range(5)]
    assert not any(found(*usual)[0].stale)
    (one,) = found(*usual, booking(6, totals[3] + sign * 4, pieces=4))
    assert one.stale == [False] * 5 + [True]


def test_a_number_that_follows_no_rule_is_not_kept_beside_rows() -> None:
    assert not found(*(booking(n, taken) for n, taken in enumerate([9, 2, 30, 4, 17, 5], 1)))
    assert not found(*USUAL[:3])
    assert not found(*(booking(n, 3) for n in range(1, 7)))


def test_two_rows_at_once_are_not_judged() -> None:
    lines = [[*booking(n, 3 + n), *booking(n, n, room="8")] for n in range(1, 7)]
    assert not found(*lines)
    emptied = [RowChange("rooms", "truncate", {}, {}, 9)]
    assert not found(*USUAL, emptied)
