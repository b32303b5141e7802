"""A write that was refused, and is told of a conflict when it comes again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import CommitsRead, TransactionCommitted
from squall.gates.repeats_agree import CONFLICTING, RepeatsAgree
from squall.history.op import Outcome


def judged(evidence: Any, make: Any, committed: str = "", **change: Any) -> Any:
    """Ten writes that are done, and two that are refused and come again."""
    done = [make.write(number) for number in range(10)]
    keys = [op.key for op in done] + ([committed] if committed else [])
    happened = [
        TransactionCommitted(at=0.1, keys={str(key): {"insert items": 1}}, ids={}) for key in keys
    ]
    again = []
    for number in (120, 130):
        first = replace(make.write(number), status=503, outcome=Outcome.REFUSED)
        repeat = replace(
            first, id=first.id + 5000, sent=first.done + 0.4, done=first.done + 0.41, status=409
        )
        again += [first, replace(repeat, **change)]
    ops = [replace(op, request="POST /items") for op in (*done, *again)]
    events = [*make.outage(), *happened, CommitsRead(at=9.0, transactions=1)]
    return RepeatsAgree().judge(evidence(ops, events))


def test_nothing_is_there_and_it_is_told_of_a_conflict(evidence: Any, make: Any) -> None:
    found = judged(evidence, make)
    assert (found.verdict, found.code) == ("fail", CONFLICTING)
    assert found.reason.startswith("2 writes that had been refused are told of a conflict")


@pytest.mark.parametrize(
    "change",
    [
        {"status": 503},
        {"retry_after": "1"},  # another one is under way
        {"status": 201, "outcome": Outcome.APPLIED},
    ],
)
def test_what_may_come_again_or_was_done(evidence: Any, make: Any, change: Any) -> None:
    assert judged(evidence, make, **change).code != CONFLICTING


def test_one_that_was_committed_is_a_conflict(evidence: Any, make: Any) -> None:
    key = str(make.write(120).key)
    assert judged(evidence, make, committed=key).code != CONFLICTING
