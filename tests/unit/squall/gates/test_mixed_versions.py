"""Answers whose parts no write left together."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from squall.gates.answer_unlike_calm import AnswerUnlikeCalm
from squall.gates.differences_of_the_run import MIXED
from squall.gates.mixed_versions import mixed_versions
from squall.history.list_shape import describe_lists
from squall.history.op import Op, Outcome
from squall.history.shape import describe_body, describe_texts

PATH = "/recipes/7"


def body(title: str, *steps: str) -> dict[str, Any]:
    return {"title": title, "steps": list(steps)}


A, B, C = (body(name, f"{name}1", f"{name}2") for name in ("a", "b", "c"))
TORN = body("a", "b1", "b2")


def put(make: Any, number: int, sent: dict[str, Any], **changes: Any) -> Any:
    return replace(
        make.write(number, at=changes.pop("at", number * 0.01)),
        name="change", status=200, request=changes.pop("request", f"PUT {PATH}"),
        wanted=describe_texts(json.dumps(sent)), lists=describe_lists(sent), **changes,
    )  # fmt: skip


def get(make: Any, number: int, shown: dict[str, Any], **changes: Any) -> Any:
    text = json.dumps(shown)
    return replace(
        make.op(number, **changes),
        name="read", request=f"GET {PATH}", texts=describe_texts(text),
        lists=describe_lists(shown), shape=describe_body(text, "application/json"),
    )  # fmt: skip


def run(make: Any, *shown: dict[str, Any], after: float = 0.0) -> list[Op]:
    """Three versions, each read whole; then reads while c is written, or ``after`` it."""
    calm = [op for n, one in enumerate((A, B, A)) for op in (put(make, 10 * n, one),
            get(make, 10 * n + 1, one))]  # fmt: skip
    last = put(make, 150, C)
    reads = [get(make, 151 + n, one, at=1.501 + after) for n, one in enumerate(shown)]
    return [*calm, last, *reads]


def test_parts_that_no_write_left_together_are_told(make: Any) -> None:
    ops = run(make, TORN, body("b", "c1", "c2"), C)
    assert [op.id for op in mixed_versions(ops)] == [151, 152]


@pytest.mark.parametrize("shown", [[A, B, C], [TORN, C], [body("z", "b1", "b2")] * 2,
                                   [body("a", "b1", "z")] * 2])  # fmt: skip
def test_whole_ones_a_single_one_and_unknown_texts_are_not(make: Any, shown: list[Any]) -> None:
    assert mixed_versions(run(make, *shown)) == []


def test_longer_lists_are_whole_if_they_have_the_texts_of_their_version(make: Any) -> None:
    both = body("b", "a1", "a2", "b1", "b2")  # others add lines by right
    assert mixed_versions(run(make, both, both)) == []


def test_a_mixture_that_stays_is_made_by_others(make: Any) -> None:
    """A worker that follows, or a request that changes one part by right."""
    ops = run(make, TORN, TORN)
    assert len(mixed_versions(ops)) == 2
    assert mixed_versions([*ops, get(make, 300, TORN)]) == []
    assert mixed_versions(run(make, TORN, TORN, after=0.5)) == []


def test_what_is_written_in_parts_is_not_judged(make: Any) -> None:
    ops = run(make, TORN, TORN)
    title = {"title": "d"}
    patch = put(make, 90, title, request=f"PATCH {PATH}")
    lines = put(make, 90, {"words": "d1"}, request=f"POST {PATH}/steps")
    for other in (patch, lines):
        assert mixed_versions([*ops, other]) == []
        refused = replace(other, outcome=Outcome.REFUSED, status=422)
        assert len(mixed_versions([*ops, refused])) == 2
    assert len(mixed_versions([*ops, replace(lines, request="POST /recipes/8/steps")])) == 2


def test_texts_that_several_writes_have_tell_no_version(make: Any) -> None:
    ops = run(make, TORN, TORN)
    same_title = put(make, 95, body("a", "d1", "d2"))
    assert mixed_versions([*ops, same_title]) == []


def counted(number: int, *pieces: int) -> dict[str, Any]:
    return {"budget": number, "lines": [{"item": each, "pieces": 1} for each in pieces]}


@pytest.mark.parametrize(
    ("versions", "shown", "told"),
    [
        (6, counted(1001, 52, 53), True),
        (6, counted(1001, 51, 53), False),
        (6, counted(999, 52, 53), False),
        (3, counted(1001, 52, 53), False),
    ],
    ids=["mixed", "a list that nobody sent", "a number that nobody sent", "few versions"],
)
def test_numbers_tell_a_version_if_many_differ(
    make: Any, versions: int, shown: dict[str, Any], told: bool
) -> None:
    sent = [counted(1000 + n, 50 + n, 51 + n) for n in range(versions)]
    ops = [op for n, one in enumerate(sent) for op in (put(make, 10 * n, one),
           get(make, 10 * n + 1, one))]  # fmt: skip
    torn = [get(make, 200 + n, shown, at=0.001 + 10 * (versions - 1) * 0.01) for n in range(2)]
    assert bool(mixed_versions([*ops, *torn])) is told


def test_the_gate_tells_it(evidence: Any, make: Any) -> None:
    finding = AnswerUnlikeCalm().judge(evidence(run(make, TORN, TORN), make.outage()))
    assert (finding.code, finding.ops) == (MIXED, (151, 152))
    assert AnswerUnlikeCalm().judge(evidence(run(make, A, C), make.outage())).ops == ()
