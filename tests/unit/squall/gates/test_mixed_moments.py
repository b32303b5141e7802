"""Answers with the total of one moment and the lines of another."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import CommitsRead, Event, RowChanged
from squall.gates.answer_unlike_calm import AnswerUnlikeCalm
from squall.gates.differences_of_the_run import MIXED
from squall.gates.mixed_moments import mixed_moments
from squall.history.op import Op
from squall.history.shape import describe_body, describe_texts, digest_of

READ = CommitsRead(at=9.0, transactions=10)
BASE = 2
"""Lines that were there before the run."""


def added(at: float, number: int, *, total: bool = True, line: bool = True) -> list[Event]:
    """The transaction of the n-th line of cart 7."""
    values = {"id": digest_of("7"), "total": digest_of(str(100 + number))}
    head = RowChanged(at=at, table="carts", ids={"id": "7"}, row="0007", values=values)
    new = RowChanged(at=at, table="lines", ids={"cart": "7"}, row=f"{number:04}",
                     values={"cart": digest_of("7"), "cents": digest_of("5")})  # fmt: skip
    return [*([head] if total else []), *([new] if line else [])]


def get(make: Any, number: int, at: float, total: int, lines: int) -> Op:
    text = json.dumps({"id": 7, "total": 100 + total, "lines": [{"cents": 5}] * (BASE + lines)})
    shape = describe_body(text, "application/json")
    read: Op = replace(make.op(number, at=at), name="read", request="GET /carts/7",
                       texts=describe_texts(text), shape=shape)  # fmt: skip
    return read


def run(evidence: Any, make: Any, *shown: tuple[int, int], also: Any = ()) -> Any:
    """Six lines half a second after each other, each read whole; then reads while the next one
    comes.
    """
    ops = [get(make, n, 0.5 * n + 0.4, n, n) for n in range(1, 7)]
    late = [get(make, 100 + n, 3.502, *each) for n, each in enumerate(shown)]
    rows = [row for n in range(1, 8) for row in added(0.5 * n, n)]
    return evidence([*ops, *late], [*make.outage(), *rows, *also, READ])


def test_a_total_and_lines_that_no_moment_had_together(evidence: Any, make: Any) -> None:
    both = run(evidence, make, (6, 7), (7, 6))
    assert [op.id for op in mixed_moments(both)] == [100, 101]
    finding = AnswerUnlikeCalm().judge(both)
    assert (finding.code, finding.ops) == (MIXED, (100, 101))


@pytest.mark.parametrize(
    "shown", [[(6, 6), (7, 7)], [(6, 7), (7, 7)], [(3, 3)] * 2, [(6, 9)] * 2, [(50, 7)] * 2]
)
def test_whole_ones_a_single_one_old_ones_and_what_never_was(
    evidence: Any, make: Any, shown: list[tuple[int, int]]
) -> None:
    assert not mixed_moments(run(evidence, make, *shown))


@pytest.mark.parametrize(
    "also",
    [added(3.2, 40, line=False), added(3.2, 40, total=False), added(0.95, 40)],
    ids=["the total alone", "a line alone", "lists that do not show all rows"],
)
def test_parts_that_change_alone_are_not_judged(evidence: Any, make: Any, also: Any) -> None:
    assert not mixed_moments(run(evidence, make, (6, 7), (7, 6), also=also))


def test_without_the_servers_log_nothing_is_known(evidence: Any, make: Any) -> None:
    ops = run(evidence, make, (6, 7), (7, 6)).ops
    assert not mixed_moments(evidence(ops, make.outage()))
