"""Writes that are told that they are wrong, and are not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import FaultInjected
from squall.gates.found_invalid import MOST, found_invalid, told_wrong
from squall.history.op import FIRST_AGAIN, FIRST_EXTRA


def write(make: Any, number: int, at: float, status: int = 201) -> Any:
    """A fault lasts from 1 s to 2 s."""
    good = status < 300
    op = make.write(number, at=at, done=at + 0.01)
    return op if good else replace(make.refusal(number, at=at), status=status, effect="write")


def again(make: Any, number: int, status: int = 201) -> Any:
    return replace(write(make, number, 2.4, status), id=FIRST_AGAIN + FIRST_EXTRA + number)


def wrong(make: Any, status: int = 422) -> list[Any]:
    return [write(make, 1, 0.5), write(make, 5, 1.3, status), write(make, 6, 1.4, status)]


@pytest.mark.parametrize("status", [400, 422])
def test_a_body_that_is_right_later_was_right(evidence: Any, make: Any, status: int) -> None:
    ops = [*wrong(make, status), again(make, 5), again(make, 6)]
    assert [op.id for op in found_invalid(evidence(ops))] == [5, 6]


def test_what_may_be_right_is_not_told(evidence: Any, make: Any) -> None:
    calm = write(make, 2, 0.6, 422)
    still = [*wrong(make), again(make, 5, 422), again(make, 6, 422)]
    one = [*wrong(make), again(make, 5), again(make, 6, 422)]
    usual = [calm, *wrong(make), again(make, 5), again(make, 6)]
    conflict = [*wrong(make, 409), again(make, 5), again(make, 6)]
    for ops in (wrong(make), still, one, usual, conflict):
        assert found_invalid(evidence(ops)) == []


def test_clients_that_use_a_key_again_may_be_refused(evidence: Any, make: Any) -> None:
    happened = [
        replace(event, fault="client.repeat") if isinstance(event, FaultInjected) else event
        for event in make.outage()
    ]
    ops = [*wrong(make), again(make, 5), again(make, 6)]
    assert found_invalid(evidence(ops, happened)) == []


def test_the_newest_ones_are_asked_for_again(make: Any) -> None:
    ops = [write(make, number, 1.1 + number / 100, 422) for number in range(10)]
    assert told_wrong(ops, 1.0) == ops[-MOST:]
    assert told_wrong([write(make, 20, 0.5, 422), *ops], 1.0) == []
