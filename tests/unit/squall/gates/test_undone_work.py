"""Work that a worker took out of its queue and lost: its rows are missing."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import CommitsRead, FamilyCommitted, RowFollowed
from squall.diagnosis import remedies
from squall.diagnosis.diagnose import diagnose
from squall.gates.work_is_done import UNDONE, WorkIsDone

CALM, LATER, LAST = range(10), 150, 260
TASK, RESULT = "task.upload_id", "result.upload_id"


def upload(make: Any, number: int) -> Any:
    shape = json.dumps({"": "object", ".id": f"={number}"})
    return replace(make.write(number), shape=shape, request="POST /uploads", status=202)


def family(op: Any, result: float | None) -> FamilyCommitted:
    at = op.done - 0.002
    commits = {TASK: [at], **({} if result is None else {RESULT: [at + result]})}
    return FamilyCommitted(
        at=at, parent="upload.id", answered=str(op.id), commits=commits,
        alike={column: ["ab"] for column in commits},
    )  # fmt: skip


def judged(
    evidence: Any, make: Any, later: float | None, last: float | None = 0.2, calm: float = 0.2
) -> Any:
    """Ten uploads in calm, one in the outage, one after it; each with the lag of its result."""
    ops = [upload(make, number) for number in (*CALM, LATER, LAST)]
    lags = [*([calm] * len(CALM)), later, last]
    families = [family(op, lag) for op, lag in zip(ops, lags, strict=True)]
    happened = [*make.outage(), *families, CommitsRead(at=9.0, transactions=12)]
    run = evidence(ops, happened)
    return WorkIsDone().judge(run), run


def test_work_that_is_missing_while_later_work_is_done(evidence: Any, make: Any) -> None:
    found, run = judged(evidence, make, None)
    assert (found.code, found.ops) == (UNDONE, (LATER,))
    assert "1 new row of upload.id by" in found.reason
    told = diagnose(run, [found])
    assert told.remedy == remedies.ONE_TRANSACTION
    assert told.reason.startswith("a worker lost what it had taken")


@pytest.mark.parametrize(
    ("later", "last", "calm"),
    [
        (3.0, 0.2, 0.2),  # late, and done
        (None, None, 0.2),  # a queue that is behind: nothing later is done
        (None, 0.2, -0.002),  # no worker's: it is there before the answer
    ],
)
def test_what_a_worker_does_not_owe(
    evidence: Any, make: Any, later: float | None, last: float | None, calm: float
) -> None:
    assert judged(evidence, make, later, last, calm)[0].code != UNDONE


def followed(op: Any, after: float | None, *, timed: bool = False) -> RowFollowed:
    """A row whose state is changed ``after`` its commit."""
    at = op.done - 0.002
    commits = {} if after is None else {"upload.state": [at + after]}
    return RowFollowed(
        at=at, parent="upload.id", answered=str(op.id), commits=commits, timed=timed
    )  # fmt: skip


def judged_states(
    evidence: Any, make: Any, later: float | None, *others: Any, timed: bool = False
) -> Any:
    ops = [upload(make, number) for number in (*CALM, LATER, LAST)]
    lags = [*([0.2] * len(CALM)), later, 0.2]
    rows = [followed(op, lag, timed=timed and op.id == LATER)
            for op, lag in zip(ops, lags, strict=True)]  # fmt: skip
    happened = [*make.outage(), *rows, CommitsRead(at=9.0, transactions=12)]
    return WorkIsDone().judge(evidence([*ops, *others], happened))


def test_a_row_that_stays_as_it_was_made(evidence: Any, make: Any) -> None:
    found = judged_states(evidence, make, None)
    assert (found.code, found.ops) == (UNDONE, (LATER,))
    assert "never got their change of upload.state" in found.reason
    assert judged_states(evidence, make, 0.2).code != UNDONE
    assert judged_states(evidence, make, None, timed=True).code != UNDONE


def test_what_another_request_changes_is_no_work(evidence: Any, make: Any) -> None:
    """POST /uploads/3/cancel, once before the fault."""
    cancel = replace(make.write(23), name="cancel", request="POST /uploads/3/cancel")
    other = replace(make.write(23), name="cancel", request="POST /uploads/77/cancel")
    assert judged_states(evidence, make, None, cancel).code != UNDONE
    assert judged_states(evidence, make, None, other).code == UNDONE


def test_the_last_rows_before_the_fault_may_be_the_first_that_are_lost(
    evidence: Any, make: Any
) -> None:
    """The fault comes at 1 s."""
    ops = [upload(make, number) for number in (*range(60, 70), 95, 97, LAST)]
    for lags, code in (
        ([0.1] * 10 + [None, None, 0.1], UNDONE),
        ([None] * 3 + [0.1] * 7 + [None, None, 0.1], "not-judged"),
        ([0.1] * 9 + [None, 0.1, None, 0.1], "not-judged"),
    ):
        rows = [followed(op, lag) for op, lag in zip(ops, lags, strict=True)]
        happened = [*make.outage(), *rows, CommitsRead(at=9.0, transactions=12)]
        assert WorkIsDone().judge(evidence(ops, happened)).code == code


@pytest.mark.parametrize(
    ("lags", "words"),
    [
        ([None, None, None, 0.2], "does not look for what was stored"),
        ([None, 0.2, None, None], "a worker lost what it had taken"),
        ([None, None, 0.2, 0.2], "a worker lost what it had taken"),
    ],
    ids=["a span", "some", "two"],
)
def test_a_span_in_which_nothing_was_done_was_never_looked_for(
    evidence: Any, make: Any, lags: list[float | None], words: str
) -> None:
    numbers = [*CALM, 150, 152, 154, 156, LAST]
    ops = [upload(make, number) for number in numbers]
    families = [family(op, lag) for op, lag in zip(ops, [*[0.2] * 10, *lags, 0.2], strict=True)]
    run = evidence(ops, [*make.outage(), *families, CommitsRead(at=9.0, transactions=15)])
    assert words in diagnose(run, [WorkIsDone().judge(run)]).reason


@pytest.mark.parametrize("spent", [True, False])
def test_attempts_that_the_outage_has_spent(evidence: Any, make: Any, spent: bool) -> None:
    ops = [upload(make, number) for number in (*CALM, LATER, LAST)]
    families = [
        family(op, None if op.id == LATER else 0.2) for op in ops
    ]  # fmt: skip
    changes = [
        RowFollowed(
            at=op.done - 0.002, parent="upload.id", answered=str(op.id),
            commits={"upload.attempts" if op.id == LATER and spent else "upload.state": [op.done]},
        )
        for op in ops
    ]  # fmt: skip
    run = evidence(ops, [*make.outage(), *families, *changes, CommitsRead(at=9.0, transactions=12)])
    told = diagnose(run, [WorkIsDone().judge(run)]).reason
    assert ("upload.attempts was changed" in told) is spent
