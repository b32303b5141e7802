"""Writes that are told in the outage only that they are wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import FaultInjected
from squall.gates.found_invalid import found_invalid
from squall.history.op import FIRST_REPEAT


def write(make: Any, number: int, at: float, status: int = 201) -> Any:
    """A fault lasts from 1 s to 2 s."""
    return replace(make.write(number, at=at, done=at + 0.01), status=status)


def run(
    evidence: Any, make: Any, inside: list[int], *, outside: int = 201, effect: str = "errors"
) -> Any:
    before = [write(make, number, number / 25) for number in range(20)]
    during = [write(make, 100 + n, 1.1 + n / 50, status) for n, status in enumerate(inside)]
    after = [write(make, 200 + n, 2.6 + n / 25) for n in range(20)]
    after[-1] = replace(after[-1], status=outside)
    happened = [
        replace(event, effect=effect) if isinstance(event, FaultInjected) else event
        for event in make.outage()
    ]
    return evidence([*before, *during, *after], happened)


WRONG = [422] * 5 + [201] * 10


def test_writes_that_are_wrong_in_the_outage_only(evidence: Any, make: Any) -> None:
    found = found_invalid(run(evidence, make, WRONG))
    assert [op.id for op in found] == [100, 101, 102, 103, 104]


@pytest.mark.parametrize(
    ("inside", "changes"),
    [
        ([422, 422] + [201] * 10, {}),  # too few
        (WRONG, {"outside": 422}),  # a generated body is wrong now and then
        (WRONG, {"effect": "cuts"}),
        (WRONG, {"effect": "calls"}),  # clients may use a key again
        ([422] * 3 + [201] * 40, {}),  # by chance
    ],
)
def test_what_may_be_right_is_not_told(
    evidence: Any, make: Any, inside: list[int], changes: dict[str, Any]
) -> None:
    assert found_invalid(run(evidence, make, inside, **changes)) == []


def test_a_repeat_with_the_same_key_is_not_told(evidence: Any, make: Any) -> None:
    seen = run(evidence, make, WRONG)
    ops = [replace(op, id=op.id + FIRST_REPEAT) if op.status == 422 else op for op in seen.ops]
    assert found_invalid(replace(seen, ops=tuple(ops))) == []
