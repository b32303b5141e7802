"""``answered-in-time``: the contract's deadline and a grace, counted from when it was sent."""

from __future__ import annotations

from typing import Any

from harness.checkers.answered_in_time import AnsweredInTime

NAME = "answered-in-time"


def test_answers_within_the_deadline_and_the_grace_pass(
    evidence: Any, make: Any, told: Any
) -> None:
    ops = [make.op(0), make.op(1, at=0.0, done=1.25), make.refusal(2, at=0.5, done=0.6)]
    assert AnsweredInTime().judge(evidence(ops)) == told.passed(
        NAME,
        "all 3 were answered in time: slowest 1.25 s, limit 1.25 s",
        slowest_ms=1250.0,
        late=0,
    )


def test_late_answers_fail_and_those_that_never_came_are_counted(
    evidence: Any, make: Any, told: Any
) -> None:
    never = make.op(5, at=0.0, done=4.0, status=None, error="timeout")
    ops = [make.op(3), make.op(4, at=0.0, done=1.3), never]
    assert AnsweredInTime().judge(evidence(ops)) == told.failed(
        NAME,
        "2 of 3 were answered late, 1 never: slowest 4.00 s, limit 1.25 s",
        (4, 5),
        slowest_ms=4000.0,
        late=2,
    )


def test_callers_who_left_wait_for_nothing(evidence: Any, make: Any, told: Any) -> None:
    left = make.op(1, at=0.0, done=9.0, status=None, error="hung-up")
    expected = told.inconclusive(NAME, "there was no operation")
    assert AnsweredInTime().judge(evidence([left])) == expected
    assert AnsweredInTime().judge(evidence([])) == expected
