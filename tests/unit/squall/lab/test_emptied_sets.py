"""Rows of one value that are all deleted, and what is put in their place."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from squall.lab.emptied_sets import find_emptied
from squall.lab.wal import Row, RowChange

TIMES = {1: 0.1, 2: 0.2, 3: 0.3, 4: 0.4}
OPS: Any = [SimpleNamespace(effect="write", segments=["pictures", "7", "labels"])]


def made(number: str, picture: str, transaction: int) -> RowChange:
    row: Row = {"id": number, "picture": picture, "word": "red"}
    return RowChange("labels", "insert", {}, row, transaction, ("id",))


def gone(number: str, transaction: int) -> RowChange:
    return RowChange("labels", "delete", {"id": number}, {}, transaction, ("id",))


OLD = [made("1", "7", 1), made("2", "7", 1)]


@pytest.mark.parametrize(
    ("later", "refilled"), [([], None), ([made("3", "7", 3)], 0.3), ([made("3", "8", 3)], None)]
)
def test_what_is_emptied_by_a_transaction_of_its_own(
    later: list[RowChange], refilled: float | None
) -> None:
    (found,) = find_emptied([*OLD, gone("1", 2), gone("2", 2), *later], TIMES, OPS)
    assert (found.at, found.column, found.key) == (0.2, "labels.picture", "7")
    assert found.refilled == refilled


@pytest.mark.parametrize(
    "changes",
    [
        [*OLD, gone("1", 2), gone("2", 2), made("3", "7", 2)],  # replaced at once
        [*OLD, gone("1", 2)],  # one of two
        [gone("1", 2)],  # older than the run
        [made("7", "9", 1), gone("7", 2)],  # the row itself, which the path names
        [made("1", "9", 1), gone("1", 2)],  # of nobody's path
    ],
)
def test_what_is_replaced_or_left_or_not_known(changes: list[RowChange]) -> None:
    assert not list(find_emptied(changes, TIMES, OPS))
