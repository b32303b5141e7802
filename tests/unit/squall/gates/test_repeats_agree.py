"""Answers to one key: alike, or another order each time."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from squall.gates.repeats_agree import RepeatsAgree
from squall.history.op import FIRST_REPEAT


def answered(make: Any, number: int, **body: str) -> Any:
    places = {f".{name}": f"={value}" for name, value in body.items()}
    shape = json.dumps({"": "object", **places})
    return replace(make.write(number), key="k1", shape=shape)


@pytest.mark.parametrize(
    ("first", "repeat", "verdict"),
    [
        ({"id": "7"}, {"id": "7"}, "pass"),
        ({"id": "7"}, {"id": "8"}, "fail"),
        ({"id": "7", "trace_id": "a"}, {"id": "7"}, "pass"),  # a field more, and the same order
        ({"id": "7"}, {}, "not-judged"),  # it says nothing
    ],
)
def test_a_repeat_identifies_the_same_thing(
    evidence: Any, make: Any, first: dict[str, str], repeat: dict[str, str], verdict: str
) -> None:
    ops = [answered(make, 1, **first), answered(make, FIRST_REPEAT + 1, **repeat)]
    assert RepeatsAgree().judge(evidence(ops)).verdict == verdict


def test_a_number_tells_what_is_repeated(make: Any) -> None:
    numbers = {1: None, FIRST_REPEAT + 1: 1, 2 * FIRST_REPEAT + 17: 17}
    assert {number: make.op(number).repeats for number in numbers} == numbers
    assert not make.op(FIRST_REPEAT + 1).is_read_back
