"""A read shows the value of an update that was refused, and that no transaction has stored."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import CommitsRead, RowChanged
from squall.gates.answer_unlike_calm import AnswerUnlikeCalm
from squall.history.op import Outcome
from squall.history.shape import describe_body, describe_texts, digest_of

CODE = "shows-what-was-refused"


def put(make: Any, number: int, item: int, price: int, outcome: Outcome = Outcome.APPLIED) -> Any:
    wanted = describe_texts(json.dumps({"price": price}))
    made = make.write(number, outcome)
    return replace(made, name="reprice", request=f"PUT /items/{item}/price", wanted=wanted)


def get(make: Any, number: int, item: int, price: int, **changes: Any) -> Any:
    text = json.dumps({"id": item, "price": price})
    made = make.op(number, request=f"GET /items/{item}", **changes)
    return replace(made, shape=describe_body(text, "application/json"), texts=describe_texts(text))


def changed(op: Any, item: int, price: int) -> RowChanged:
    values = {"id": digest_of(str(item)), "price": digest_of(str(price))}
    return RowChanged(at=op.done - 0.001, table="items", ids={"id": str(item)}, values=values)


def judged(evidence: Any, make: Any, *ops: Any, stored: tuple[RowChanged, ...] = ()) -> Any:
    """Eight updates before the fault, of items 1 to 8."""
    calm = [put(make, number, number, 100 + number) for number in range(1, 9)]
    log = [changed(op, op.id, 100 + op.id) for op in calm]
    happened = [*make.outage(), *log, *stored, CommitsRead(at=9.0, transactions=9)]
    return AnswerUnlikeCalm().judge(evidence([*calm, *ops], happened))


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.UNKNOWN])
@pytest.mark.parametrize("copy", [False, True])
def test_a_value_that_nobody_has_stored(
    evidence: Any, make: Any, outcome: Outcome, copy: bool
) -> None:
    refused, read = put(make, 150, 7, 55, outcome), get(make, 160, 7, 55, copy=copy)
    found = judged(evidence, make, refused, read)
    assert (found.code, found.ops) == (CODE, (160,))
    assert "shows a value of a refused reprice that was never committed" in found.reason


def test_what_a_read_may_show(evidence: Any, make: Any) -> None:
    refused, read = put(make, 150, 7, 55, Outcome.REFUSED), get(make, 160, 7, 55)
    again = put(make, 155, 7, 55)
    assert judged(evidence, make, refused, again, read).code == "holds"
    assert judged(evidence, make, put(make, 150, 7, 55), read).code == "holds"
    assert judged(evidence, make, refused, get(make, 160, 7, 107)).code == "holds"
    # It was committed, though it was refused: another gate's matter.
    assert judged(evidence, make, refused, read, stored=(changed(refused, 7, 55),)).code == "holds"
    # The row may have had it before: nothing is known of it.
    unknown = put(make, 150, 30, 55, Outcome.REFUSED), get(make, 160, 30, 55)
    assert judged(evidence, make, *unknown).code == "holds"
    before = get(make, 140, 30, 54)
    assert judged(evidence, make, before, *unknown).code == CODE
    assert judged(evidence, make, get(make, 140, 30, 55), *unknown).code == "holds"
