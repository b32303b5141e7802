"""Accepted work must be done after the outage."""

from __future__ import annotations

import json
from typing import Any

import pytest
from squall.core.events import CommitsRead, TransactionCommitted, WorkPending
from squall.gates.work_is_done import WorkIsDone


def pending(work: str, before: int, after: int) -> WorkPending:
    return WorkPending(at=9.0, work=work, before=before, after=after, seconds=10.0)


@pytest.mark.parametrize(
    ("looks", "verdict", "words"),
    [
        ((), "not-judged", "no query for pending work is declared"),
        ((pending("jobs", 0, 0),), "pass", "done: jobs"),
        ((pending("jobs", 3, 3),), "pass", "done: jobs"),
        ((pending("jobs", 3, 1), pending("mails", 0, 0)), "pass", "done: jobs, mails"),
        ((pending("jobs", 0, 7),), "fail", "7 of jobs are still pending 10 s after the load"),
        ((pending("jobs", 0, 0), pending("mails", 2, 3)), "fail", "3 of mails"),
    ],
)
def test_no_more_is_pending_than_before(
    evidence: Any, looks: tuple[WorkPending, ...], verdict: str, words: str
) -> None:
    finding = WorkIsDone().judge(evidence([], list(looks)))
    assert finding.verdict == verdict
    assert words in finding.reason


def test_what_is_not_judged_says_which_line_lets_it_be(evidence: Any) -> None:
    assert WorkIsDone().judge(evidence([], [])).configure.startswith("eventually = {")


@pytest.mark.parametrize(("stored", "code"), [(True, "holds"), (False, "accepted-never-done")])
def test_what_is_accepted_in_the_outage_only_is_done_like_the_others(
    evidence: Any, make: Any, stored: bool, code: str
) -> None:
    """A key that is under way is answered 202, and its first request fails."""
    done = [make.write(number) for number in range(10)]
    accepted = make.write(120, status=202)
    rows = [
        TransactionCommitted(at=op.done, keys={str(op.key): {"insert orders": 1}}, ids={})
        for op in [*done, *([accepted] if stored else [])]
    ]
    happened = [*make.outage(), *rows, CommitsRead(at=9.0, transactions=10)]
    assert WorkIsDone().judge(evidence([*done, accepted], happened)).code == code


def accepted(make: Any, number: int, at: float, answer: str = "") -> Any:
    shape = json.dumps({"": "object", ".id": f"={answer or f'e{number}'}"})
    return make.write(number, status=202, at=at, name="send-event", key=None, shape=shape)


@pytest.mark.parametrize(
    ("stored", "answer", "code"),
    [
        (True, "", "holds"),
        (False, "", "accepted-never-done"),
        (False, "e3", "holds"),
    ],
    ids=["stored later", "dropped", "the answer of an earlier one"],
)
def test_what_is_accepted_has_a_row_with_the_id_of_its_answer(
    evidence: Any, make: Any, stored: bool, answer: str, code: str
) -> None:
    """No key of a request is in the rows."""
    calm = [accepted(make, number, number * 0.04) for number in range(10)]
    late = accepted(make, 120, 1.2, answer)
    rows = [
        TransactionCommitted(at=op.done + 0.1, keys={}, ids={"events.id": [f"e{op.id}"]})
        for op in [*calm, *([late] if stored else [])]
    ]
    happened = [*make.outage(), *rows, CommitsRead(at=9.0, transactions=10)]
    assert WorkIsDone().judge(evidence([*calm, late], happened)).code == code
