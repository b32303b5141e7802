"""An operation that fails now and then after the heal has not recovered by chance."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.events import FaultHealed, FaultInjected
from squall.gates.recovery_time import RecoveryTime
from squall.history.evidence import Contract


def judged(
    evidence: Any, make: Any, *, bad: tuple[int, ...], effect: str = "errors", steady: int = 25
) -> Any:
    """Reports since the heal at 2.0, of which these fail, and other requests that are served."""
    ops = [make.op(n, name="report", at=n * 0.02, done=n * 0.02 + 0.01) for n in range(40)]
    for n in range(12 + steady):
        at = 2.0 + n * 0.02
        made = make.refusal if n in bad else make.op
        ops.append(made(100 + n, name="report", at=at, done=at + 0.01))
    happened = [
        FaultInjected(at=1.0, step=0, fault="wire.error_reply", label="", effect=effect),
        FaultHealed(at=2.0, step=0, fault="wire.error_reply", bites=3, what="errors"),
    ]
    run = evidence(ops, happened, contract=Contract(deadline_seconds=1.0))
    return RecoveryTime().judge(run)


def test_who_fails_again_after_a_success_is_waited_for(evidence: Any, make: Any) -> None:
    found = judged(evidence, make, bad=(1, 4, 9))
    assert (found.verdict, found.code) == ("pass", "some-not-yet")


def test_who_still_fails_when_the_limit_is_over_has_not_recovered(evidence: Any, make: Any) -> None:
    found = judged(evidence, make, bad=(1, 4, 9, 40, 60), steady=75)
    assert (found.verdict, found.code) == ("fail", "recovered-late")


@pytest.mark.parametrize(
    "changes",
    [
        {"bad": (0, 1, 2)},  # in a row since the heal
        {"bad": (1, 2)[:1]},  # once
        {"bad": (1, 4, 9), "effect": "cuts"},  # dead connections fail once each
    ],
)
def test_others_have_recovered(evidence: Any, make: Any, changes: dict[str, Any]) -> None:
    assert judged(evidence, make, **changes).code == "holds"
