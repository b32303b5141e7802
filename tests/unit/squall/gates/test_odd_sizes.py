"""Rows of a stream that come twice, since an error made it begin again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from squall.gates.answer_unlike_calm import AnswerUnlikeCalm
from squall.history.shape import describe_body

LINES = [json.dumps({"id": number, "kind": "a"}) for number in range(1, 9)]
KIND = "application/x-ndjson"
CALM = (*range(20), *range(250, 255))


def export(make: Any, number: int, lines: list[str]) -> Any:
    text = "\n".join(lines) + "\n"
    return make.op(
        number, request="GET /export", size=len(text), content_type=KIND,
        shape=describe_body(text, KIND),
    )  # fmt: skip


def judged(evidence: Any, make: Any, usual: list[str], shown: list[str]) -> Any:
    ops = [*(export(make, number, usual) for number in CALM), export(make, 150, shown)]
    return AnswerUnlikeCalm().judge(evidence(ops))


def test_an_export_that_begins_again(evidence: Any, make: Any) -> None:
    found = judged(evidence, make, LINES, [*LINES[:4], *LINES])
    assert (found.verdict, found.code, found.ops) == ("fail", "rows-repeated", (150,))
    assert "4 lines come twice, and none does without the fault" in found.reason


@pytest.mark.parametrize(
    ("usual", "shown"),
    [
        (LINES, LINES),
        (LINES, [*LINES, json.dumps({"id": 9, "kind": "b"})]),
        ([*LINES, LINES[0]], [*LINES, *LINES[:3]]),  # lines that say the same are usual
    ],
)
def test_lines_that_differ_and_lines_that_are_alike_without_the_fault(
    evidence: Any, make: Any, usual: list[str], shown: list[str]
) -> None:
    assert judged(evidence, make, usual, shown).verdict == "pass"
