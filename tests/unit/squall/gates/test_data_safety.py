"""The judges of stored data: what callers were told against what the database holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from squall.gates.no_acknowledged_write_lost import NoAcknowledgedWriteLost
from squall.gates.no_duplicate import NoDuplicate
from squall.gates.refused_write_absent import RefusedWriteAbsent
from squall.gates.verdict import Verdict
from squall.history.evidence import FinalState
from squall.history.op import Outcome

APPLIED, REFUSED, UNKNOWN = Outcome.APPLIED, Outcome.REFUSED, Outcome.UNKNOWN
LOST, TWICE, PRESENT = "no-acknowledged-write-lost", "no-duplicate", "refused-write-absent"


def judged(gate: Any, evidence: Any, make: Any, outcomes: list[Outcome], **rows: int) -> Any:
    """Writes ``k0``, ``k1``, … with these outcomes, and so many rows of each key."""
    ops = [make.write(number, outcome) for number, outcome in enumerate(outcomes)]
    return gate.judge(evidence(ops, final_state=FinalState(writes=rows)))


def test_every_acknowledged_write_is_there(evidence: Any, make: Any, told: Any) -> None:
    """What was refused or is unknown was not acknowledged; keys of other runs do not matter."""
    outcomes = [APPLIED, APPLIED, REFUSED, UNKNOWN]
    found = judged(NoAcknowledgedWriteLost(), evidence, make, outcomes, k0=1, k1=1, other=1)
    reason = "all 2 acknowledged writes are there"
    assert found == told.passed(LOST, reason, acknowledged=2, lost=0)


def test_a_lost_write_fails_with_its_key(evidence: Any, make: Any, told: Any) -> None:
    found = judged(NoAcknowledgedWriteLost(), evidence, make, [APPLIED] * 6, k1=1, k3=0)
    assert found == told.failed(
        LOST,
        "5 of 6 acknowledged writes are not in the database: k0, k2, k3 and 2 more",
        (0, 2, 3, 4, 5),
        acknowledged=6,
        lost=5,
    )


def test_without_an_acknowledged_write_none_can_be_lost(
    evidence: Any, make: Any, told: Any
) -> None:
    found = judged(NoAcknowledgedWriteLost(), evidence, make, [REFUSED, UNKNOWN])
    assert found == told.inconclusive(LOST, "no write was acknowledged, so none could be lost")


GRANTED = NoAcknowledgedWriteLost(allow_lost_during=True)


def answered(evidence: Any, make: Any, done: list[float], **rows: int) -> Any:
    """Acknowledged writes answered at these times; a fault is in force from 1 s to 2 s."""
    ops = [
        replace(make.write(number, APPLIED), intended=at - 0.1, sent=at - 0.1, done=at)
        for number, at in enumerate(done)
    ]
    return evidence(ops, final_state=FinalState(writes=rows))


def test_a_loss_that_is_allowed_passes_and_is_told(evidence: Any, make: Any) -> None:
    found = GRANTED.judge(answered(evidence, make, [0.9, 1.0, 1.9, 2.0], k0=1, k3=1))
    assert (found.verdict, found.noted) == (Verdict.PASS, True)
    assert found.reason == (
        "2 of 4 acknowledged writes are not in the database, which is allowed: each was"
        " acknowledged while a fault was in force: k1, k2"
    )
    assert found.figures == {"acknowledged": 4, "lost": 2}


@pytest.mark.parametrize("done", [0.999, 2.0], ids=["before-the-fault", "after-the-heal"])
def test_only_what_was_acknowledged_during_the_fault_may_be_lost(
    evidence: Any, make: Any, told: Any, done: float
) -> None:
    found = GRANTED.judge(answered(evidence, make, [done, 1.5, 1.6], k2=1))
    assert found == told.failed(
        LOST,
        "1 of 3 acknowledged writes are not in the database, acknowledged before the fault or"
        " after the heal: k0",
        (0,),
        acknowledged=3,
        lost=2,
    )


def test_where_loss_is_allowed_and_none_was_nothing_is_noted(evidence: Any, make: Any) -> None:
    found = GRANTED.judge(answered(evidence, make, [1.5], k0=1))
    assert (found.verdict, found.noted) == (Verdict.PASS, False)


def test_one_row_or_none_is_no_duplicate(evidence: Any, make: Any, told: Any) -> None:
    found = judged(NoDuplicate(), evidence, make, [APPLIED, UNKNOWN, UNKNOWN], k0=1, k1=1, zz=9)
    assert found == told.passed(TWICE, "none of 3 writes is there twice", writes=3, duplicated=0)


def test_two_rows_of_a_key_fail_whatever_the_caller_was_told(
    evidence: Any, make: Any, told: Any
) -> None:
    found = judged(NoDuplicate(), evidence, make, [APPLIED, UNKNOWN, REFUSED], k0=2, k1=1, k2=3)
    assert found == told.failed(
        TWICE,
        "2 of 3 writes are there more than once: k0 (2 rows), k2 (3 rows)",
        (0, 2),
        writes=3,
        duplicated=2,
    )


def test_a_refused_write_is_absent(evidence: Any, make: Any, told: Any) -> None:
    """Of what is unknown both truths are allowed."""
    outcomes = [REFUSED, REFUSED, UNKNOWN, APPLIED]
    found = judged(RefusedWriteAbsent(), evidence, make, outcomes, k2=1, k3=1)
    reason = "none of 2 refused writes is there"
    assert found == told.passed(PRESENT, reason, refused=2, present=0)


def test_a_refused_write_that_is_there_fails(evidence: Any, make: Any, told: Any) -> None:
    found = judged(RefusedWriteAbsent(), evidence, make, [REFUSED, APPLIED, REFUSED], k1=1, k2=1)
    assert found == told.failed(
        PRESENT,
        "1 of 2 refused writes are in the database: k2",
        (2,),
        refused=2,
        present=1,
    )


@pytest.mark.parametrize("first", [UNKNOWN, APPLIED])
def test_a_refused_repeat_of_a_write_that_may_be_there_is_none(
    evidence: Any, make: Any, told: Any, first: Outcome
) -> None:
    """The first attempt got no answer, or its success; the second, with its key, was refused."""
    ops = [make.write(0, first), replace(make.write(1, REFUSED), key="k0")]
    found = RefusedWriteAbsent().judge(evidence(ops, final_state=FinalState(writes={"k0": 1})))
    assert found == told.passed(PRESENT, "none of 1 refused writes is there", refused=1, present=0)


@pytest.mark.parametrize(
    ("gate", "name"),
    [(NoAcknowledgedWriteLost(), LOST), (NoDuplicate(), TWICE), (RefusedWriteAbsent(), PRESENT)],
)
def test_without_the_truth_or_a_write_nothing_is_proven(
    evidence: Any, make: Any, told: Any, gate: Any, name: str
) -> None:
    unread = "the final truth could not be read from the database"
    assert gate.judge(evidence([make.write(1)], final_state=None)) == told.inconclusive(
        name, unread
    )
    nothing = "the workload wrote nothing that can be looked up"
    assert gate.judge(evidence([make.op(1)])) == told.inconclusive(name, nothing)
