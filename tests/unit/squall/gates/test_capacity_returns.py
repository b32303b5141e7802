"""``capacity-returns``: fewer places than before, while requests wait for one."""

from __future__ import annotations

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
