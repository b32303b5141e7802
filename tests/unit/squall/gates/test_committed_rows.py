"""What the server's log says of acknowledged writes: committed in time, once and whole."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import CommitsRead, FaultHealed, FaultInjected, TransactionCommitted
from squall.gates.acknowledged_before_commit import AcknowledgedBeforeCommit
from squall.gates.one_effect import OneEffect
from squall.gates.refused_write_absent import RefusedWriteAbsent
from squall.gates.work_is_done import WorkIsDone
from squall.history.evidence import CalmWrites, Contract
from squall.history.op import Outcome

CALM, LATER = range(10), 120
NEVER = "acknowledged-never-committed"
ORDER = {"insert orders": 1}


def write(make: Any, number: int, **changes: Any) -> Any:
    fields = {"shape": json.dumps({"": "object", ".id": f"={number}"}), "request": "POST /orders"}
    return replace(make.write(number), **{**fields, **changes})


def commit(at: float, number: int, rows: Any = None, **changes: Any) -> TransactionCommitted:
    fields: dict[str, Any] = {"at": at, "keys": {f"k{number}": rows or ORDER}, "ids": {}}
    return TransactionCommitted(**{**fields, **changes})


def judged(
    gate: Any,
    evidence: Any,
    make: Any,
    later: Any,
    *commits: TransactionCommitted,
    rows: Any = None,
) -> Any:
    """Ten requests in calm, each committed before its answer, and one in the outage."""
    ops = [write(make, number) for number in CALM]
    usual = [commit(op.done - 0.001, op.id, rows) for op in ops]
    read = [*usual, *commits, CommitsRead(at=9.0, transactions=11)]
    return gate.judge(evidence([*ops, later], [*make.outage(), *read]))


@pytest.mark.parametrize(
    ("late", "code"),
    [(-0.001, "holds"), (0.002, "holds"), (0.05, "answered-before-commit")],
)
def test_a_commit_after_the_answer_is_seen(
    evidence: Any, make: Any, late: float, code: str
) -> None:
    later = write(make, LATER)
    found = judged(
        AcknowledgedBeforeCommit(), evidence, make, later, commit(later.done + late, LATER)
    )
    assert found.code == code
    assert found.figures["acknowledged"] == len(CALM) + 1


@pytest.mark.parametrize(
    ("usual", "late", "code"),
    [(5, 0.0005, "answered-before-commit"), (4, 0.0005, "holds"), (10, -0.0005, "holds")],
)
def test_a_commit_that_usually_follows_its_answer_closely_is_seen(
    evidence: Any, make: Any, usual: int, late: float, code: str
) -> None:
    """It is within the tolerance each time, and no outage need delay it."""
    ops = [write(make, number) for number in [*CALM, LATER]]
    commits = [commit(op.done + (late if number < usual else -0.001), op.id)
               for number, op in enumerate(ops)]  # fmt: skip
    happened = [*make.outage(), *commits, CommitsRead(at=9.0, transactions=11)]
    found = AcknowledgedBeforeCommit().judge(evidence(ops, happened))
    assert (found.code, found.figures["early"]) == (code, usual if code != "holds" else 0)


def test_a_commit_that_never_came_is_seen(evidence: Any, make: Any) -> None:
    found = judged(AcknowledgedBeforeCommit(), evidence, make, write(make, LATER))
    assert (found.code, found.ops) == ("acknowledged-never-committed", (LATER,))


@pytest.mark.parametrize(
    "changes",
    [
        {"status": 202},  # accepted, and not said to be done
        {"name": "search"},  # an operation of which nothing is known
        {"effect": "read"},
    ],
)
def test_what_promises_nothing_is_not_judged(evidence: Any, make: Any, changes: Any) -> None:
    later = write(make, LATER, **changes)
    assert judged(AcknowledgedBeforeCommit(), evidence, make, later).code == "holds"


def test_a_question_that_is_logged_afterwards_is_no_promise(evidence: Any, make: Any) -> None:
    """POST /search answers 200, and its text is in a row that is written later."""
    ops = [write(make, number, status=200, shape="") for number in CALM]
    commits = tuple(commit(op.done + 0.5, op.id) for op in ops)
    happened = [*make.outage(), *commits, CommitsRead(at=9.0, transactions=10)]
    assert AcknowledgedBeforeCommit().judge(evidence(ops, happened)).code == "holds"


def test_a_new_row_is_found_by_the_id_of_the_answer(evidence: Any, make: Any) -> None:
    """No key is in the rows; item_id is the same for all, and identifies no request."""
    ops = [write(make, number, status=200) for number in [*CALM, LATER]]
    commits = tuple(
        TransactionCommitted(at=op.done + 0.05, keys={}, ids={"note.id": [str(op.id)]})
        for op in ops
    )
    happened = [*make.outage(), *commits, CommitsRead(at=9.0, transactions=10)]
    found = AcknowledgedBeforeCommit().judge(evidence(ops, happened))
    assert (found.code, found.figures["early"]) == ("answered-before-commit", 11)


def ids(at: float, column: str, number: int) -> TransactionCommitted:
    return TransactionCommitted(at=at, keys={}, ids={column: [str(number)]})


@pytest.mark.parametrize("other", [-0.4, 0.4, 6.0], ids=["ahead", "behind", "far behind"])
@pytest.mark.parametrize(
    ("own", "code"), [(-0.001, "holds"), (0.03, "answered-before-commit")], ids=["sound", "early"]
)
def test_a_table_that_counts_alike_is_no_proof(
    evidence: Any, make: Any, other: float, own: float, code: str
) -> None:
    """users.id and notes.id both count from 1: the notes are those of other requests."""
    ops = [write(make, number) for number in [*CALM, LATER]]
    commits = [ids(op.done + own, "users.id", op.id) for op in ops]
    commits += [ids(op.done + other, "notes.id", op.id) for op in ops]
    happened = [*make.outage(), *commits, CommitsRead(at=9.0, transactions=22)]
    found = AcknowledgedBeforeCommit().judge(evidence(ops, happened))
    if other > 0:
        assert found.code == code
        assert found.figures["acknowledged"] == len(ops)
    else:  # the number was there before: whose it is is not certain
        assert found.code == "holds"


def test_a_change_of_a_row_is_not_linked_to_new_rows_of_others(evidence: Any, make: Any) -> None:
    """PATCH /notes/7 answers the id of a row that was there; users.id 7 comes a moment later."""
    ops = [write(make, number, request="PATCH /notes/7") for number in [*CALM, LATER]]
    commits = [ids(op.sent - 0.1, "notes.id", op.id) for op in ops]
    commits += [ids(op.done + 0.1, "users.id", op.id) for op in ops]
    happened = [*make.outage(), *commits, CommitsRead(at=9.0, transactions=22)]
    found = AcknowledgedBeforeCommit().judge(evidence(ops, happened))
    assert (found.code, found.figures["acknowledged"]) == ("holds", 0)


def test_the_same_id_in_each_answer_identifies_nothing(evidence: Any, make: Any) -> None:
    shape = json.dumps({"": "object", ".item_id": "=5"})
    ops = [write(make, number, shape=shape) for number in CALM]
    commits = tuple(
        TransactionCommitted(at=op.done + 0.05, keys={}, ids={"note.item_id": ["5"]}) for op in ops
    )
    happened = [*make.outage(), *commits, CommitsRead(at=9.0, transactions=10)]
    assert AcknowledgedBeforeCommit().judge(evidence(ops, happened)).code == "holds"


@pytest.mark.parametrize("gate", [AcknowledgedBeforeCommit(), OneEffect()])
def test_without_the_log_nothing_is_judged(evidence: Any, make: Any, gate: Any) -> None:
    found = gate.judge(evidence([write(make, number) for number in CALM]))
    assert found.reason.startswith("not judged")


TWO = {"insert orders": 1, "insert outbox": 1, "update items": 1}


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([TWO], "holds"),
        ([{"insert orders": 1}], "effect-half"),
        ([{"insert orders": 1}, {"insert outbox": 1}], "holds"),  # in two transactions, but whole
        ([TWO, {"insert orders": 1}], "effect-twice"),
        ([TWO, {"update orders": 1}], "holds"),  # a repeat that found its row
        ([TWO, {"insert deliveries": 1}], "holds"),  # what a worker does later
    ],
)
def test_an_effect_is_there_once_and_whole(
    evidence: Any, make: Any, rows: list[Any], code: str
) -> None:
    """Whatever was answered: a request without an answer may have its effect, or not."""
    later = write(make, LATER, outcome="unknown", status=None, error="timeout")
    commits = [commit(later.done + place, LATER, each) for place, each in enumerate(rows)]
    found = judged(OneEffect(), evidence, make, later, *commits, rows=TWO)
    assert found.code == code


@pytest.mark.parametrize(
    ("made", "code"),
    [([3], "holds"), ([2], "effect-half"), ([2, 1], "holds"), ([4], "effect-twice")],
)
def test_a_list_in_a_body_is_stored_whole(
    evidence: Any, make: Any, made: list[int], code: str
) -> None:
    """Each request made three rows of one table: a loop that skips what fails stores fewer."""
    later = write(make, LATER)
    commits = [
        commit(later.done - 0.001 + place / 1e4, LATER, {"insert readings": number})
        for place, number in enumerate(made)
    ]
    found = judged(OneEffect(), evidence, make, later, *commits, rows={"insert readings": 3})
    assert found.code == code


@pytest.mark.parametrize(("known", "code"), [(True, "effect-twice"), (False, "holds")])
def test_what_a_rare_request_makes_is_known_from_writes_before_the_load(
    evidence: Any, make: Any, known: bool, code: str
) -> None:
    """Three in the calm are too few to learn from; six more were sent before the load."""
    early = [replace(write(make, 50 + n), done=-10.0 + n, sent=-10.1 + n) for n in range(6)]
    commits = tuple(commit(op.done - 0.001, op.id) for op in early)
    ops = [write(make, number) for number in range(3)]
    usual = [commit(op.done - 0.001, op.id) for op in ops]
    later = write(make, LATER)
    twice = [commit(later.done - at, LATER) for at in (0.002, 0.001)]
    read = [*usual, *twice, CommitsRead(at=9.0, transactions=5)]
    run = evidence([*ops, later], [*make.outage(), *read])
    if known:
        run = replace(run, calm=CalmWrites(ops=tuple(early), commits=commits))
    found = OneEffect().judge(run)
    assert (found.code, found.figures["requests"]) == (code, 4 if known else 0)


def test_a_request_without_any_row_is_neither(evidence: Any, make: Any) -> None:
    assert judged(OneEffect(), evidence, make, write(make, LATER), rows=TWO).code == "holds"


@pytest.mark.parametrize(
    ("fault", "outcome", "rows", "seconds", "verdict"),
    [
        ("wire.error_reply", Outcome.REFUSED, TWO, 0.01, "fail"),
        ("wire.error_reply", Outcome.REFUSED, {"insert outbox": 1}, 0.01, "pass"),  # a note of it
        ("wire.error_reply", Outcome.UNKNOWN, TWO, 0.01, "pass"),
        ("wire.error_reply", Outcome.REFUSED, TWO, 0.5, "pass"),  # a time-out of a statement
        ("network.refuse", Outcome.REFUSED, TWO, 0.01, "not-judged"),  # a COMMIT is in doubt
    ],
)
def test_what_was_refused_is_not_committed_if_only_statements_failed(
    evidence: Any,
    make: Any,
    fault: str,
    outcome: Outcome,
    rows: Any,
    seconds: float,
    verdict: str,
) -> None:
    ops = [write(make, number) for number in CALM]
    later = write(make, LATER, status=503, outcome=outcome)
    later = replace(later, done=later.sent + seconds)
    commits = [commit(op.done - 0.001, op.id, TWO) for op in ops] + [commit(1.21, LATER, rows)]
    step: dict[str, Any] = {"step": 0, "fault": fault}
    happened = [
        FaultInjected(at=1.0, label="x", **step),
        FaultHealed(at=2.0, bites=3, what="x", **step),
        *commits,
        CommitsRead(at=9.0, transactions=11),
    ]
    contract = Contract(deadline_seconds=1.0, written_keys_declared=False)
    found = RefusedWriteAbsent().judge(evidence([*ops, later], happened, contract=contract))
    assert found.verdict == verdict, found.reason


@pytest.mark.parametrize(
    ("calm", "later", "verdict"),
    [
        (1.0, True, "pass"),  # a task that has made it up
        (1.0, False, "fail"),
        (None, False, "not-judged"),  # nothing is stored for such requests
    ],
)
def test_accepted_work_has_its_rows_sooner_or_later(
    evidence: Any, make: Any, calm: float | None, *, later: bool, verdict: str
) -> None:
    ops = [write(make, number, status=202) for number in [*CALM, LATER]]
    commits = [commit(op.done + calm, op.id) for op in ops[:-1]] if calm else []
    if later:
        commits.append(commit(8.0, LATER))
    happened = [*make.outage(), *commits, CommitsRead(at=9.0, transactions=11)]
    found = WorkIsDone().judge(evidence(ops, happened))
    assert found.verdict == verdict, found.reason
    if verdict == "fail":
        assert (found.code, found.ops) == ("accepted-never-done", (LATER,))


@pytest.mark.parametrize(
    ("late", "code"), [(-0.001, "holds"), (0.05, "answered-before-commit"), (None, NEVER)]
)
def test_two_tables_that_count_alike_until_a_rollback_are_no_proof(
    evidence: Any, make: Any, late: float | None, code: str
) -> None:
    """Rows of orders and events have the same number in calm. A rollback takes a number of the
    orders only: later, event 120 is that of another order.
    """
    ops = [write(make, number) for number in [*CALM, LATER]]
    commits = [
        TransactionCommitted(
            at=op.done - 0.001,
            keys={},
            ids={"events.id": [str(op.id)], "orders.id": [str(op.id)]},
        )
        for op in ops[:-1]
    ]
    if late is not None:
        commits.append(ids(ops[-1].done + late, "orders.id", LATER))
        commits.append(ids(ops[-1].done + 0.4, "events.id", LATER))
    happened = [*make.outage(), *commits, CommitsRead(at=9.0, transactions=12)]
    assert AcknowledgedBeforeCommit().judge(evidence(ops, happened)).code == code
