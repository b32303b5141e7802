"""Numbers that are counted up and down by requests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import NumbersMoved
from squall.gates.resources_return import COUNT_LEFT, ResourcesReturn


def judged(evidence: Any, make: Any, *, left: int = 0, likes: bool = False, step: float = 1) -> Any:
    """Eight requests one after the other before the fault, and some since it."""
    ops = [replace(make.op(n), sent=n / 10 + 0.01, done=n / 10 + 0.05) for n in range(9)]
    commits, moves = [], []
    for number in range(9):
        commits += [number / 10 + 0.02, number / 10 + (0.07 if likes else 0.04)]
        moves += [step, -step]
    for number in range(left):
        commits.append(1.2 + number / 100)
        moves.append(step)
    event = NumbersMoved(
        at=9.0, column="exports.running", commits=commits, rows=[0] * len(moves), moves=moves
    )
    return ResourcesReturn().judge(evidence(ops, [*make.outage(), event]))


def test_what_is_counted_up_and_never_down(evidence: Any, make: Any) -> None:
    found = judged(evidence, make, left=5)
    assert (found.verdict, found.code) == ("fail", COUNT_LEFT)
    assert found.reason.startswith("exports.running is 5 higher than before")


@pytest.mark.parametrize(
    "story", [{"left": 0}, {"left": 1}, {"left": 5, "likes": True}, {"left": 5, "step": 0.5}]
)
def test_what_is_back_or_is_no_count_of_what_is_under_way(
    evidence: Any, make: Any, story: dict[str, Any]
) -> None:
    assert judged(evidence, make, **story).code != COUNT_LEFT
