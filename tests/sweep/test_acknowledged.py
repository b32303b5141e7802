"""Which answers promise that something is stored."""

from __future__ import annotations

import pytest
from squall.history.op import Effect, Outcome
from squall.sweeping.acknowledged_cell import _promises
from squall.sweeping.client import ReceivedAnswer
from squall.workload.operations import Operation, requests


@pytest.mark.parametrize(
    ("status", "effect", "promises"),
    [
        (201, "write", True),
        (200, "idempotent-write", True),
        (200, "write", False),  # a login, which notes its time later
        (202, "idempotent-write", False),
        (503, "idempotent-write", False),
    ],
)
def test_created_and_a_declared_effect_do(status: int, effect: Effect, promises: bool) -> None:
    operation = Operation(name="order", method="POST", path="/orders", effect=effect)
    answer = ReceivedAnswer(
        request=next(requests((operation,), 4, "run")),
        status=status,
        error=None,
        headers={},
        text="",
        sent=0.0,
        done=0.01,
        outcome=Outcome.UNKNOWN,
    )
    assert _promises(operation, answer) is promises
