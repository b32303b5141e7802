"""A conflict now and then is an answer of a healthy app; its operation stays in the load."""

from __future__ import annotations

from typing import Any

import pytest
from squall.gates.recovery_time import RecoveryTime
from squall.gates.validity.steady_state import SteadyState


def answers(make: Any, conflicts: int, count: int, first: int, at: float) -> list[Any]:
    """So many loans within half a second, the first ones of which are refused with 409."""
    return [
        (make.refusal if n < conflicts else make.op)(
            first + n, name="lend", status=409 if n < conflicts else 201,
            at=at + n * 0.5 / count,
        )
        for n in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize(("conflicts", "well"), [(4, True), (15, True), (16, False), (60, False)])
def test_two_clients_may_meet_without_a_fault(
    evidence: Any, make: Any, conflicts: int, *, well: bool
) -> None:
    found = SteadyState().judge(evidence(answers(make, conflicts, 60, 0, 0.2)))
    assert (found.verdict == "pass") is well


@pytest.mark.parametrize(
    ("before", "status"), [(3, "pass"), (0, "fail")], ids=["as before", "only since the heal"]
)
def test_conflicts_after_the_heal_are_recovery_if_there_were_some_before(
    evidence: Any, make: Any, before: int, status: str
) -> None:
    after = answers(make, 5, 60, 100, 2.1)
    last = [make.refusal(999, name="lend", status=409, at=2.7)]
    ops = [*answers(make, before, 60, 0, 0.2), *after, *last]
    assert RecoveryTime(within_ms=500).judge(evidence(ops)).verdict == status
