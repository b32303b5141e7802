"""Copies that look fresh, told from what a cache answers at all times."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import DatabaseLoad, FaultHealed, FaultInjected
from squall.gates.answer_unlike_calm import AnswerUnlikeCalm
from squall.history.shape import describe_body

ITEM = {"id": 7, "stock": 3}
AWAY: dict[str, Any] = {"step": 0, "fault": "network.accept_and_close"}
ERRORS: dict[str, Any] = {"step": 0, "fault": "wire.error_reply"}


def answers(make: Any, body: Any, **changes: Any) -> list[Any]:
    """One read of an item and one of another kind, every 20 ms."""
    shapes = {n: ITEM if n < 100 or n > 200 else body for n in range(300)}
    fields: dict[str, Any] = {"request": "GET /items/7"}
    items = [
        make.op(n, shape=describe_body(json.dumps(shapes[n]), "application/json"),
                **fields, **(changes if 100 <= n <= 200 else {}))
        for n in range(0, 300, 2)
    ]  # fmt: skip
    others = [make.op(n, name="version", request="GET /version") for n in range(1, 300, 2)]
    return [*items, *others]


def loads(items: float, others: float) -> list[DatabaseLoad]:
    """Five requests of each kind in each sample before the fault; none reaches it meanwhile."""
    counts = [0]
    for number in range(30):
        quiet = 10 <= number < 20
        # The mix differs: every third sample has more of the first kind.
        more = 0 if quiet else 5 * items + 5 * others
        counts.append(counts[-1] + round(more))
    return [
        DatabaseLoad(at=n / 10, statements=count, connections=5) for n, count in enumerate(counts)
    ]


def judged(evidence: Any, make: Any, body: Any = ITEM, **given: Any) -> Any:
    fault = given.pop("fault", AWAY)
    effect = "errors" if fault is ERRORS else "cuts"
    happened = [
        FaultInjected(at=1.0, label="x", effect=effect, **fault),
        FaultHealed(at=2.0, bites=3, what="x", **fault),
        *loads(given.pop("items", 2), given.pop("others", 0)),
    ]
    gate = AnswerUnlikeCalm(copies_marked=given.pop("marked", True))
    free = frozenset(given.pop("free", ()))
    ops = answers(make, body, **given)
    # One kind alone in every second sample, so that the statements can be told apart.
    ops = [op for op in ops if op.name == "read-item" or int(op.sent * 10) % 2 or op.sent > 1]
    run = evidence(ops, happened)
    return gate.judge(replace(run, contract=replace(run.contract, without_statements=free)))


def test_a_copy_without_a_mark_is_found(evidence: Any, make: Any) -> None:
    found = judged(evidence, make)
    assert found.code == "copy-without-a-mark", found.reason


@pytest.mark.parametrize(
    "given",
    [
        {"copy": True},
        {"body": {**ITEM, "stale": True}},
        {"items": 0},  # a cache answers without the fault, too
        {"marked": False},
        {"fault": ERRORS},
        {"status": 503},
    ],
    ids=str,
)
def test_what_is_marked_or_needs_no_database_is_sound(
    evidence: Any, make: Any, given: dict[str, Any]
) -> None:
    found = judged(evidence, make, **given)
    assert found.code != "copy-without-a-mark", found.reason


def test_what_was_seen_to_need_no_statement_is_no_copy(evidence: Any, make: Any) -> None:
    """A small load lets the least squares err: a probe is answered beside other requests."""
    assert judged(evidence, make, free=["read-item"]).verdict == "pass"


def test_a_copy_that_is_older_than_its_age_is_found(evidence: Any, make: Any) -> None:
    """Nothing reached the database for 2.5 s: a copy cannot be newer than that."""
    happened = [
        FaultInjected(at=1.0, label="x", effect="cuts", **AWAY),
        FaultHealed(at=3.5, bites=3, what="x", **AWAY),
        *(DatabaseLoad(at=n / 10, statements=min(n, 10), connections=5) for n in range(40)),
    ]

    def copies(age: float) -> list[Any]:
        return [make.op(n, at=1.2 + n * 0.02, copy=True, age=age) for n in range(110)]

    gate = AnswerUnlikeCalm(copies_marked=True)
    calm = [make.op(1000 + n, at=0.02 * n) for n in range(40)]
    found = gate.judge(evidence([*calm, *copies(0.0)], happened))
    assert (found.verdict, found.code) == ("fail", "copy-older-than-its-age")
    assert gate.judge(evidence([*calm, *copies(2.0)], happened)).verdict == "pass"
    assert AnswerUnlikeCalm().judge(evidence([*calm, *copies(0.0)], happened)).verdict == "pass"
