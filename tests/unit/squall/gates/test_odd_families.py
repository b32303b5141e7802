"""Rows that belong together: all of them, once, though no key of a request is in them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import CommitsRead, FamilyCommitted, TransactionCommitted
from squall.gates.one_effect import AGAIN, HALF, TWICE, OneEffect
from squall.history.evidence import CalmWrites
from squall.history.op import Outcome

CALM, LATER = range(10), 120
COLUMN = "entries.transfer_id"
SOON, LATE = -0.001, 0.2
"""A commit before the answer, and one that a worker made after it."""


def write(make: Any, number: int, **changes: Any) -> Any:
    shape = json.dumps({"": "object", ".id": f"={number}"})
    return replace(make.write(number), shape=shape, request="POST /transfers", **changes)


def family(op: Any, ats: list[float], alike: Any = None, answered: str = "") -> FamilyCommitted:
    return FamilyCommitted(
        at=op.done - 0.002, parent="transfers.id", answered=answered,
        commits={COLUMN: ats} if ats else {},
        alike={COLUMN: alike or ["ab"] * len(ats)} if ats else {},
    )  # fmt: skip


def judged(evidence: Any, make: Any, later: FamilyCommitted, lag: float = SOON, number: int = 2,
           extra: Any = (), status: int = 201) -> Any:  # fmt: skip
    """Ten requests in calm, each with so many rows, and the rows of one more in the outage."""
    ops = [write(make, one, status=status) for one in CALM]
    rows = [
        TransactionCommitted(at=op.done - 0.002, keys={}, ids={"transfers.id": [str(op.id)]})
        for op in ops
    ]
    calm = [family(op, [op.done + lag] * number, answered=str(op.id)) for op in ops]
    refused = write(make, LATER, outcome=Outcome.REFUSED, status=503)
    happened = [*make.outage(), *rows, *calm, later, *extra, CommitsRead(at=9.0, transactions=10)]
    return OneEffect().judge(evidence([*ops, refused], happened))


@pytest.fixture
def later(make: Any) -> Any:
    return write(make, LATER)


@pytest.mark.parametrize(
    ("rows", "code"), [(0, HALF), (1, HALF), (2, "holds"), (3, TWICE), (4, TWICE)]
)
def test_rows_of_a_request_are_all_there_once(
    evidence: Any, make: Any, later: Any, rows: int, code: str
) -> None:
    found = judged(evidence, make, family(later, [later.done] * rows))
    assert found.code == code
    assert found.ops == ((LATER,) if code != "holds" else ())


@pytest.mark.parametrize("status", [201, 202])
def test_what_a_worker_has_not_made_is_not_missed_and_what_it_made_twice_is(
    evidence: Any, make: Any, later: Any, status: int
) -> None:
    for rows, code in ((0, "holds"), (1, "holds"), (2, AGAIN)):
        made = family(later, [9.0] * rows)
        assert judged(evidence, make, made, LATE, 1, status=status).code == code


def test_attempts_that_failed_are_no_second_delivery(evidence: Any, make: Any, later: Any) -> None:
    """A log of attempts has a row for each, and calm knows none that failed."""
    attempts = family(later, [8.0, 8.5, 9.0], ["failed", "failed", "ab"])
    assert judged(evidence, make, attempts, LATE, 1).code == "holds"


def test_rows_that_another_operation_writes_are_not_counted_as_a_workers(
    evidence: Any, make: Any, later: Any
) -> None:
    """A payment that follows each order, by a request of its own."""
    others = TransactionCommitted(at=1.0, keys={"another": {"insert entries": 1}}, ids={})
    twice = family(later, [9.0, 9.0])
    assert judged(evidence, make, twice, LATE, 1, [others]).code == "holds"


def test_numbers_that_differ_in_calm_are_no_rule(evidence: Any, make: Any, later: Any) -> None:
    ops = [write(make, one) for one in CALM]
    rows = [TransactionCommitted(at=op.done, keys={}, ids={"transfers.id": [str(op.id)]})
            for op in ops]  # fmt: skip
    calm = [family(op, [op.done] * (1 + op.id % 3), answered=str(op.id)) for op in ops]
    read = CommitsRead(at=9.0, transactions=1)
    happened = [*make.outage(), *rows, *calm, family(later, []), read]
    assert OneEffect().judge(evidence(ops, happened)).code == "holds"


def test_rows_that_another_maker_leaves_alone_in_calm_are_no_rule(
    evidence: Any, make: Any, later: Any
) -> None:
    """An import makes transfers without entries, and none of its answers names one."""
    alone = FamilyCommitted(at=0.5, parent="transfers.id", answered="", commits={}, alike={})
    assert judged(evidence, make, family(later, []), extra=[alone]).code == "holds"
    assert judged(evidence, make, family(later, [])).code == HALF


def test_a_row_of_calm_that_a_worker_took_up_twice_in_the_outage_is_seen(
    evidence: Any, make: Any
) -> None:
    first = write(make, 0)
    again = [first.done + LATE, 1.4]
    ops = [write(make, one) for one in CALM]
    rows = [TransactionCommitted(at=op.done, keys={}, ids={"transfers.id": [str(op.id)]})
            for op in ops]  # fmt: skip
    calm = [family(op, again if op.id == 0 else again[:1], answered=str(op.id)) for op in ops]
    happened = [*make.outage(), *rows, *calm, CommitsRead(at=9.0, transactions=1)]
    assert OneEffect().judge(evidence(ops, happened)).code == AGAIN


@pytest.mark.parametrize(("rows", "code"), [(1, "holds"), (2, AGAIN)])
def test_writes_before_the_load_may_be_read_before_the_worker_has_done_its_part(
    evidence: Any, make: Any, later: Any, rows: int, code: str
) -> None:
    """What all writes of the load have is learned from them alone."""
    early = [replace(write(make, 500 + n), sent=0.001, done=0.002) for n in range(3)]
    ops = [write(make, one) for one in CALM]
    committed = [
        TransactionCommitted(at=op.done - 0.001, keys={}, ids={"transfers.id": [str(op.id)]})
        for op in [*early, *ops]
    ]
    calm = CalmWrites(
        ops=tuple(early), commits=tuple(committed[:3]),
        families=tuple(family(op, [], answered=str(op.id)) for op in early),
    )  # fmt: skip
    made = [family(op, [op.done + LATE], answered=str(op.id)) for op in ops]
    twice = family(later, [9.0] * rows)
    refused = write(make, LATER, outcome=Outcome.REFUSED, status=503)
    happened = [*make.outage(), *committed[3:], *made, twice, CommitsRead(at=9.0, transactions=10)]
    run = replace(evidence([*ops, refused], happened), calm=calm)
    assert OneEffect().judge(run).code == code
