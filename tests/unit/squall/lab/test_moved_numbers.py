"""By how much updates move numbers, from the log of commits."""

from __future__ import annotations

from decimal import Decimal

from squall.lab.moved_numbers import find_moves
from squall.lab.wal import RowChange

START = {("accounts", "id", "balance"): {"1": Decimal(100), "2": Decimal(100)}}
TIMES = {1: 0.5, 2: 0.6}


def update(key: str, balance: str | None, transaction: int, kind: str = "update") -> RowChange:
    return RowChange("accounts", kind, {}, {"id": key, "balance": balance}, transaction)


def test_moves_are_shares_of_the_largest_one() -> None:
    (found,) = find_moves(START, [update("1", "90", 1), update("2", "105", 2)], TIMES)
    assert found.column == "accounts.balance"
    assert (found.commits, found.rows, found.moves) == ([0.5, 0.6], [0, 1], [-1.0, 0.5])


def test_what_stays_as_it_was_moves_nothing() -> None:
    assert not list(find_moves(START, [update("1", "100.0", 1), update("2", None, 1)], TIMES))


def test_a_table_that_gets_rows_is_left_out() -> None:
    changes = [update("1", "90", 1), update("3", "10", 1, "insert")]
    assert not list(find_moves(START, changes, TIMES))
