"""By how much a new row counts in a number: always the same, or what the row says.

bookings   rooms.taken + 1            orders {pieces: 5}   items.stock - 5
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from squall.lab.moved_numbers import number_of
from squall.lab.wal import RowChange

USUAL = 2
"""Of the moves, so many of the most frequent are tried."""

Amount = Callable[[RowChange], Decimal | None]
"""By how much a row counts; None if that is unknown."""


def amounts(moves: Iterable[Decimal], row: RowChange | None) -> Iterator[Amount]:
    """The rules that may hold: a usual move, or a number of the new row, added or taken away."""
    for usual, _ in Counter(moves).most_common(USUAL):
        if usual:
            yield _constant(usual)
    for column in row.new if row is not None else ():
        for sign in (1, -1):
            yield _column(column, sign)


def _constant(usual: Decimal) -> Amount:
    return lambda _row: usual


def _column(column: str, sign: int) -> Amount:
    def amount(row: RowChange) -> Decimal | None:
        number = number_of(row.new.get(column))
        return None if not number else sign * number

    return amount
