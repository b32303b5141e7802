"""Columns that count new rows, and numbers that were given twice."""

from __future__ import annotations

import pytest
from squall.core.events import NumbersRun
from squall.lab.running_numbers import find_given_twice
from squall.lab.wal import RowChange

ONCE = [str(number) for number in range(101, 113)]
TWICE = [*ONCE, "112", "113", "113"]


def invoices(numbers: list[str], column: str = "number") -> list[RowChange]:
    return [
        RowChange("invoices", "insert", {}, {"id": str(place), column: number}, place, ("id",))
        for place, number in enumerate(numbers)
    ]


def found(changes: list[RowChange]) -> list[NumbersRun]:
    times = {change.transaction: float(change.transaction) for change in changes}
    return list(find_given_twice(changes, times, []))


def test_a_number_that_two_rows_have() -> None:
    (event,) = found(invoices(TWICE))
    assert event.column == "invoices.number"
    assert event.numbers == [*range(12), 11, 12, 12]
    assert event.commits == [float(place) for place in range(15)]


@pytest.mark.parametrize(
    "numbers",
    [
        ONCE,
        TWICE[-10:],
        [*ONCE, *ONCE],
        [*(str(n * 40) for n in range(12)), "40"],
        [*ONCE, "112", ""],
        [*ONCE[6:], *ONCE[:6], "105", "110"],
        [*(f"18000000{n}" for n in range(10, 30)), "1800000029"],
    ],
    ids=["each once", "too few", "places", "any numbers", "not all", "any order", "seconds"],
)
def test_other_columns(numbers: list[str]) -> None:
    assert not found(invoices(numbers))


def test_what_refers_to_another_table_counts_nothing() -> None:
    shops = [
        RowChange("shops", "insert", {}, {"id": number}, place, ("id",))
        for place, number in enumerate(ONCE)
    ]
    assert not found([*shops, *invoices(TWICE, "shop_id")])
