"""Writes that were repeated blindly: no key is in their rows, and nothing refers to them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import CommitsRead, FaultInjected, RowsAlike, TransactionCommitted
from squall.gates.one_effect import TWICE, OneEffect
from squall.history.op import Outcome

CALM, LATER, FAILED = range(10), 120, 121


def write(make: Any, number: int, **changes: Any) -> Any:
    shape = json.dumps({"": "object", ".id": f"={number}"})
    return replace(make.write(number), shape=shape, request="POST /payments", **changes)


def judged(evidence: Any, make: Any, group: RowsAlike, *more: Any, also: Any = ()) -> Any:
    ops = [write(make, one) for one in (*CALM, LATER)]
    rows = [
        TransactionCommitted(at=op.done - 0.002, keys={}, ids={"payments.id": [str(op.id)]})
        for op in ops
    ]
    happened = [*make.outage(), *rows, group, *more, CommitsRead(at=9.0, transactions=10)]
    return OneEffect().judge(evidence([*ops, *also], happened))


@pytest.fixture
def twice(make: Any) -> RowsAlike:
    """Two rows in the time of one request, and its answer names the second."""
    op = write(make, LATER)
    commits = [op.sent + 0.001, op.done - 0.001]
    return RowsAlike(at=op.done, column="payments.id", commits=commits, answered=["", str(LATER)])


def test_a_row_that_no_answer_names_beside_that_of_a_request(
    evidence: Any, make: Any, twice: RowsAlike
) -> None:
    found = judged(evidence, make, twice)
    assert (found.code, found.ops) == (TWICE, (LATER,))
    assert "1 new row of payments that no answer names" in found.reason


def test_two_requests_that_say_the_same(evidence: Any, make: Any, twice: RowsAlike) -> None:
    assert judged(evidence, make, replace(twice, answered=["3", str(LATER)])).code == "holds"


def test_a_request_without_success_explains_a_row(
    evidence: Any, make: Any, twice: RowsAlike
) -> None:
    op = write(make, FAILED, outcome=Outcome.UNKNOWN, status=None)
    failed = replace(op, sent=twice.commits[0] - 0.01, done=twice.commits[0] - 0.005)
    assert judged(evidence, make, twice, also=[failed]).code == "holds"
    late = replace(failed, sent=twice.commits[0] + 0.01, done=twice.commits[0] + 0.02)
    assert judged(evidence, make, twice, also=[late]).code == TWICE


def test_a_row_at_another_time_is_somebody_elses(
    evidence: Any, make: Any, twice: RowsAlike
) -> None:
    other = replace(twice, commits=[twice.commits[0] - 0.5, twice.commits[1]])
    assert judged(evidence, make, other).code == "holds"


def test_a_table_with_such_rows_in_calm_tells_nothing(
    evidence: Any, make: Any, twice: RowsAlike
) -> None:
    calm = replace(twice, commits=[0.01, 0.02], answered=["", "1"])
    assert judged(evidence, make, twice, calm).code == "holds"


def test_callers_that_are_not_in_the_history(evidence: Any, make: Any, twice: RowsAlike) -> None:
    other = FaultInjected(at=1.0, step=1, fault="client.spike", label="more")
    assert judged(evidence, make, twice, other).code == "holds"


def test_a_request_that_failed_has_one_row_at_most(
    evidence: Any, make: Any, twice: RowsAlike
) -> None:
    op = write(make, FAILED, outcome=Outcome.REFUSED, status=503)
    failed = replace(op, sent=twice.commits[0] - 0.01, done=twice.commits[1] + 0.01)
    both = replace(twice, answered=["", ""])
    found = judged(evidence, make, both, also=[failed])
    assert (found.code, found.ops) == (TWICE, (FAILED,))
    apart = replace(both, commits=[twice.commits[0], failed.done + 5])
    assert judged(evidence, make, apart, also=[failed]).code == "holds"
