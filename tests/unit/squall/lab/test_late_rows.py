"""Rows that are committed when their request has been refused."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from squall.history.shape import digest_of
from squall.lab.late_rows import find_late
from squall.lab.wal import RowChange

TIMES = {1: 2.0}


def op(number: int = 1, *, status: int | None = 503, words: str = "x") -> Any:
    thing = {"day": digest_of("3"), "words": digest_of(words)}
    return SimpleNamespace(
        id=number, items=json.dumps([thing]), status=status, good=status == 201, done=1.0
    )


def row(words: str = "x") -> RowChange:
    return RowChange("entries", "insert", {}, {"id": "7", "day": "3", "words": words}, 1)


def test_a_row_with_all_that_was_sent() -> None:
    (found,) = find_late([row()], TIMES, [op(), op(2, words="y")])
    assert (found.at, found.op, found.table) == (2.0, 1, "entries")


@pytest.mark.parametrize(
    ("ops", "times"),
    [
        ([op()], {1: 1.1}),  # it was under way
        ([op(status=201)], TIMES),
        ([op(status=None)], TIMES),
        ([op(words="z")], TIMES),
        ([op(), op(2)], TIMES),  # two that sent the same
    ],
)
def test_what_was_under_way_or_is_not_known_to_be_its_row(
    ops: list[Any], times: dict[int, float]
) -> None:
    assert not list(find_late([row()], times, ops))
