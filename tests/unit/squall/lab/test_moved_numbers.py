"""By how much updates move numbers, from the log of commits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from squall.lab.moved_numbers import find_moves, read_numbers
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


def test_a_new_row_begins_with_its_own_number() -> None:
    changes = [update("3", "10", 1, "insert"), update("1", "90", 2), update("3", "20", 2)]
    (found,) = find_moves(START, changes, TIMES)
    assert (found.rows, found.moves) == ([0, 1], [-1.0, 1.0])


def test_a_table_that_was_emptied_is_left_out() -> None:
    changes = [update("1", "90", 1), RowChange("accounts", "truncate", {}, {}, 2)]
    assert not list(find_moves(START, changes, TIMES))


class Session:
    """Answers the catalogue's query, then the table's."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)

    async def values(self, _sql: str) -> list[str]:
        return self._answers.pop(0)


async def test_what_is_not_a_number_is_not_moved() -> None:
    """PostgreSQL's numeric knows NaN and infinity; a move from them is none."""
    session: Any = Session(
        ["account public.account id balance"], ["1\x1f100", "2\x1fNaN", "3\x1f-Infinity"]
    )
    assert await read_numbers(session) == {("account", "id", "balance"): {"1": Decimal(100)}}
