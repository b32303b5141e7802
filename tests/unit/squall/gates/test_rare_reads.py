"""Reads that the load asks for now and then are known from before it, and from after the heal."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from squall.gates.answer_unlike_calm import AnswerUnlikeCalm
from squall.history.evidence import CalmWrites
from squall.history.op import Outcome
from squall.history.shape import describe_body

TAG = {"id": 7, "name": "red", "colour": "#f00"}
REFUSED = Outcome.REFUSED


def read(make: Any, number: int, body: Any = TAG, status: int = 200) -> Any:
    text = json.dumps(body) if status == 200 else ""
    return replace(
        make.op(number, request=f"GET /tags/{number}", size=len(text)), status=status,
        outcome=Outcome.APPLIED if status == 200 else REFUSED, name="tag", effect="read",
        content_type="application/json", shape=describe_body(text, "application/json"),
    )  # fmt: skip


def write(make: Any, number: int, path: str) -> Any:
    return replace(make.write(number), request=path)


def judged(evidence: Any, make: Any, *ops: Any, calm: Any = TAG, later: Any = TAG) -> Any:
    """Two reads before the fault, twelve before the load, and two after the heal."""
    early = [read(make, 80_000 + number, calm) for number in range(12)]
    usual = [read(make, number, calm) for number in (1, 2)]
    after = [read(make, number, later) for number in (250, 251)]
    run = replace(evidence([*usual, *ops, *after]), calm=CalmWrites(reads=tuple(early)))
    return AnswerUnlikeCalm().judge(run)


NAMELESS = {"id": 7, "name": "", "colour": ""}


@pytest.mark.parametrize(
    ("lie", "status", "code"),
    [
        ({"id": 7}, 200, "fields-missing"),
        (NAMELESS, 200, "answer-emptied"),
        ({**TAG, "name": 3}, 200, "fields-of-another-kind"),
        (None, 404, "client-blamed"),
    ],
)
def test_a_rare_read_that_is_another_one_in_the_outage_only(
    evidence: Any, make: Any, lie: Any, status: int, code: str
) -> None:
    lies = [read(make, number, lie, status) for number in (150, 151)]
    assert judged(evidence, make, *lies).code == code


def test_without_those_before_the_load_nothing_is_known_of_it(evidence: Any, make: Any) -> None:
    ops = [read(make, number) for number in (1, 2, 250)]
    lie = read(make, 150, None, 404)
    assert AnswerUnlikeCalm().judge(evidence([*ops, lie])).code == "holds"


@pytest.mark.parametrize(
    ("shown", "later"),
    [
        ({"id": 7}, {"id": 7}),  # since others have written, and still after the heal
        (TAG, {**TAG, "owner": "a"}),
        ({**TAG, "stale": True}, TAG),
    ],
)
def test_what_other_requests_have_changed_is_no_lie(
    evidence: Any, make: Any, shown: Any, later: Any
) -> None:
    assert judged(evidence, make, read(make, 150, shown), later=later).code == "holds"


def test_one_refusal_alone_or_of_a_thing_that_was_written_proves_nothing(
    evidence: Any, make: Any
) -> None:
    assert judged(evidence, make, read(make, 150, None, 404)).code == "holds"
    gone = [read(make, number, None, 404) for number in (150, 151)]
    closed = [write(make, number, f"POST /tags/{number - 10}/close") for number in (160, 161)]
    assert judged(evidence, make, *gone, *closed).code == "holds"
    found = read(make, 252, None, 404)
    assert judged(evidence, make, *gone, found).code == "holds"
