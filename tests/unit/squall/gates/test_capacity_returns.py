"""``capacity-returns``: fewer places than before, while requests wait for one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import PlacesCounted
from squall.gates.capacity_returns import CapacityReturns

NAME = "capacity-returns"


def counted(moment: str, places: int, waiting: int) -> PlacesCounted:
    return PlacesCounted(at=1.0, moment=moment, requests=60, places=places, waiting=waiting)


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ((15, 45), (15, 45), "pass"),
        ((15, 45), (16, 44), "pass"),
        ((15, 45), (14, 46), "fail"),
        ((15, 45), (0, 60), "fail"),
        ((15, 45), (10, 0), "not-judged"),
        ((60, 0), (41, 19), "not-judged"),
    ],
    ids=["as before", "more", "one lost", "all lost", "no demand", "no bound"],
)
def test_places_that_are_lost_fail_where_requests_wait_for_them(
    evidence: Any, before: tuple[int, int], after: tuple[int, int], verdict: str
) -> None:
    run = evidence([], [counted("before", *before), counted("after", *after)])
    found = CapacityReturns().judge(run)
    assert found.verdict == verdict, found.reason
    if verdict == "fail":
        assert found.code == "places-lost"


@pytest.mark.parametrize(("usual", "verdict"), [(False, "fail"), (True, "not-judged")])
def test_who_gets_a_copy_found_no_place_unless_copies_are_usual(
    evidence: Any, make: Any, verdict: str, *, usual: bool
) -> None:
    """Behind a cache the burst does not reach the pool, with or without places."""
    counts = [
        replace(counted("before", 15, -1), copies=40),
        replace(counted("after", 9, 0), copies=9),
    ]
    run = evidence([make.op(1, at=0.1, copy=usual)], counts)
    assert CapacityReturns().judge(run).verdict == verdict


@pytest.mark.parametrize(
    ("unused", "waiting", "places", "code"),
    [
        ((1, 7), 40, 15, "sessions-abandoned"),
        ((1, 6), 40, 15, "holds"),
        ((1, 7), 0, 15, "holds"),
        # Whoever has lost places does not use their sessions either.
        ((1, 7), 40, 4, "places-lost"),
    ],
    ids=["many", "few", "no demand", "places lost"],
)
def test_sessions_that_nobody_uses_while_requests_wait_are_of_a_pool_that_was_replaced(
    evidence: Any, unused: tuple[int, int], waiting: int, places: int, code: str
) -> None:
    counts = [
        replace(counted("before", 15, 45), unused=unused[0]),
        replace(counted("after", places, waiting), unused=unused[1]),
    ]
    assert CapacityReturns().judge(evidence([], counts)).code == code


def test_an_allowance_is_what_may_be_missing(evidence: Any) -> None:
    run = evidence([], [counted("before", 15, 45), counted("after", 14, 46)])
    assert CapacityReturns(allowance=1).judge(run).verdict == "pass"


@pytest.mark.parametrize("moment", ["before", "after"])
def test_without_both_counts_nothing_is_judged(evidence: Any, moment: str) -> None:
    assert CapacityReturns().judge(evidence([], [counted(moment, 9, 9)])).verdict == "not-judged"


@pytest.mark.parametrize(("after", "in_kind"), [(10, True), (11, False), (0, True)])
def test_no_want_of_cpu_takes_a_third_of_the_places(
    evidence: Any, after: int, *, in_kind: bool
) -> None:
    run = evidence([], [counted("before", 15, 45), counted("after", after, 40)])
    assert CapacityReturns().judge(run).in_kind is in_kind
