"""How much requests move the numbers of the rows that their paths name."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

from squall.lab.counted_numbers import find_counts
from squall.lab.wal import RowChange

START = {("counter", "name", "visits"): {"a": Decimal(3), "b": Decimal(0)}}
TIMES = {1: 0.5, 2: 0.6, 3: 0.7}


def change(name: str, visits: str | None, transaction: int, kind: str = "update") -> RowChange:
    return RowChange("counter", kind, {}, {"name": name, "visits": visits}, transaction)


def found(*changes: RowChange, page: str = "a") -> list[Any]:
    visit = SimpleNamespace(effect="write", segments=["counters", page, "visits"])
    return list(find_counts(START, changes, TIMES, cast("Any", [visit])))


def test_moves_of_rows_are_told_with_the_names_that_paths_have() -> None:
    (one,) = found(
        change("a", "4", 1), change("b", "2", 2), change("a", "4", 2), change("a", "5", 3)
    )
    assert one.column == "counter.visits"
    assert (one.commits, one.rows, one.moves) == ([0.5, 0.6, 0.7], ["a", "", "a"], [1, 2, 1])


def test_a_new_row_begins_with_its_own_number() -> None:
    (one,) = found(change("c", "1", 1, "insert"), change("c", "2", 2), page="c")
    assert (one.rows, one.moves) == (["c"], [1])


def test_rows_that_no_path_names_are_not_told() -> None:
    assert not found(change("b", "2", 1))
    assert not found(change("a", "4", 1), RowChange("counter", "truncate", {}, {}, 2))
    assert not found(change("a", None, 1), change("a", "NaN", 2))
