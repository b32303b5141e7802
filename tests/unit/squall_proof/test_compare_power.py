"""Comparisons drawn from pairs: a longer recovery is found, equal commits are not told apart."""

from __future__ import annotations

import random

import pytest
from squall.comparing.commit_rounds import Arm, Limits, Measured
from squall_proof.commits.compare_power import MeasuredPairs, draw_comparisons


def pairs(longer: float, *, pair_seconds: float = 4.0) -> MeasuredPairs:
    draw = random.Random(5)  # noqa: S311 - repeatable

    def run(factor: float) -> Measured:
        recovery = 540 * factor * draw.uniform(0.97, 1.03)
        return Measured(figures={"recovery": recovery, "errors": 0.8, "p95": draw.uniform(30, 60)})

    made = [{Arm.AGAINST: run(1.0), Arm.HERE: run(longer)} for _ in range(40)]
    return MeasuredPairs(pairs=made, pair_seconds=pair_seconds, voids=0)


@pytest.mark.parametrize(
    ("longer", "pair_seconds", "share"),
    [(1.2, 4.0, 1.0), (1.0, 4.0, 0.0), (1.2, 10.0, 0.0)],
    ids=["longer", "equal", "longer, but too few pairs fit into the time"],
)
def test_a_longer_recovery_is_found_in_time(
    longer: float, pair_seconds: float, share: float
) -> None:
    measured = pairs(longer, pair_seconds=pair_seconds)
    found = draw_comparisons(measured, Limits(seconds=60.0), 50, seed=3)
    assert found.worse == share


def test_equal_commits_raise_no_alarm() -> None:
    assert draw_comparisons(pairs(1.0), Limits(), 50, seed=3).alarms == 0
    assert draw_comparisons(pairs(1.5), Limits(), 50, seed=3).alarms == 1
