"""``conservation``: totals before the run against the same totals after it."""

from __future__ import annotations

from typing import Any

import pytest
from squall.gates.invariants import Invariants
from squall.history.evidence import FinalState

NAME = "conservation"


def judged(evidence: Any, before: dict[str, int], after: dict[str, int]) -> Any:
    return Invariants().judge(
        evidence([], final_state=FinalState(conserved=after, conserved_before=before))
    )


def test_totals_that_stayed_pass(evidence: Any, told: Any) -> None:
    totals = {"stock + ordered": 500, "items": 5}
    expected = told.passed(NAME, "unchanged: stock + ordered = 500, items = 5")
    assert judged(evidence, totals, totals) == expected


def test_totals_that_moved_fail(evidence: Any, told: Any) -> None:
    found = judged(evidence, {"a": 5, "b": 7, "c": 1}, {"a": 4, "b": 9, "c": 1})
    expected = told.failed(NAME, "a went from 5 to 4; b went from 7 to 9", a_moved=-1, b_moved=2)
    assert found == expected


@pytest.mark.parametrize(
    ("before", "after"), [({}, {}), ({}, {"a": 5}), ({"a": 5}, {}), ({"a": 5}, {"b": 5})]
)
def test_what_was_not_read_twice_proves_nothing(
    evidence: Any, told: Any, before: dict[str, int], after: dict[str, int]
) -> None:
    expected = told.inconclusive(NAME, "no total was read before and after the run")
    assert judged(evidence, before, after) == expected
    assert Invariants().judge(evidence([], final_state=None)) == expected
