"""``answered-in-time``: the contract's deadline and a grace, counted from when it was sent."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.events import ProcessorAwaited
from squall.gates.answered_in_time import AnsweredInTime
from squall.gates.starvation import excuse_starved
from squall.gates.verdict import Verdict, judge_gate
from squall.history.evidence import Contract

NAME = "answered-in-time"


def test_answers_within_the_deadline_and_the_grace_pass(
    evidence: Any, make: Any, told: Any
) -> None:
    ops = [make.op(0), make.op(1, at=0.0, done=1.15), make.refusal(2, at=0.5, done=0.6)]
    assert AnsweredInTime().judge(evidence(ops)) == told.passed(
        NAME,
        "all 3 were answered in time: slowest 1.15 s, limit 1.15 s",
        slowest_ms=1150.0,
        late=0,
    )


@pytest.mark.parametrize(
    ("deadline", "limit"), [(0.3, 0.4), (1.0, 1.15), (1.5, 1.725), (3.0, 3.25), (30.0, 30.25)]
)
def test_the_grace_follows_the_deadline(
    evidence: Any, make: Any, deadline: float, limit: float
) -> None:
    contract = Contract(deadline_seconds=deadline)
    quick = make.op(1, at=0.0, done=limit - 0.001)
    late = make.op(2, at=0.0, done=limit + 0.001)
    assert AnsweredInTime().judge(evidence([quick], contract=contract)).verdict == "pass"
    assert AnsweredInTime().judge(evidence([late], contract=contract)).verdict == "fail"


def test_late_answers_fail_and_those_that_never_came_are_counted(
    evidence: Any, make: Any, told: Any
) -> None:
    never = make.op(5, at=0.0, done=4.0, status=None, error="timeout")
    ops = [make.op(3), make.op(4, at=0.0, done=1.3), never]
    assert AnsweredInTime().judge(evidence(ops)) == told.failed(
        NAME,
        "2 of 3 were answered late, 1 never: slowest 4.00 s, limit 1.15 s",
        (4, 5),
        slowest_ms=4000.0,
        late=2,
    )


def test_callers_who_left_wait_for_nothing(evidence: Any, make: Any, told: Any) -> None:
    left = make.op(1, at=0.0, done=9.0, status=None, error="hung-up")
    expected = told.inconclusive(NAME, "there was no operation")
    assert AnsweredInTime().judge(evidence([left])) == expected
    assert AnsweredInTime().judge(evidence([])) == expected


@pytest.mark.parametrize(
    ("done", "starved_from", "verdict"),
    [
        (4.5, 3.4, Verdict.FAIL),
        (4.5, 1.0, Verdict.INCONCLUSIVE),
        (3.4, 3.4, Verdict.INCONCLUSIVE),
        (4.5, None, Verdict.INCONCLUSIVE),
    ],
    ids=["it was late already", "before its time was over", "hardly late", "not known"],
)
def test_what_was_late_already_is_not_excused_by_a_busy_machine_afterwards(
    evidence: Any, make: Any, done: float, starved_from: float | None, verdict: Verdict
) -> None:
    begins = 3.4 if starved_from is None else starved_from
    samples = [
        ProcessorAwaited(at=at, seconds=min(0.4, max(0.0, at - begins)))
        for at in (n / 10 for n in range(50))
        if starved_from is not None or at > 3.0
    ]
    seen = evidence(
        [make.op(0), make.op(1, at=0.0, done=done)], samples, contract=Contract(deadline_seconds=3)
    )
    (finding,) = excuse_starved([judge_gate(AnsweredInTime(), seen)], seen)
    assert finding.verdict is verdict


@pytest.mark.parametrize(
    ("seconds", "count", "in_kind"), [(3.0, 5, True), (3.0, 4, False), (1.7, 5, False)]
)
def test_a_wait_for_a_processor_explains_so_much_and_no_more(
    evidence: Any, make: Any, seconds: float, count: int, in_kind: bool
) -> None:
    """Each answer waited for 0.2 s of its time: it is late by 0.6 s at most for that."""
    ops = [make.op(n, at=0.0, done=seconds) for n in range(count)]
    waits = [ProcessorAwaited(at=n / 10, seconds=min(0.2, n / 50)) for n in range(40)]
    found = AnsweredInTime().judge(evidence(ops, waits))
    assert (found.verdict, found.in_kind) == ("fail", in_kind)
