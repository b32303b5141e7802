"""Causes that answers tell apart: neighbours' results, and errors that are taken for bugs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import ErrorsLogged
from squall.diagnosis import remedies
from squall.diagnosis.diagnose import diagnose
from squall.gates.answer_unlike_calm import ANOTHER_ITEM, SHORTENED
from squall.gates.error_contract import SERVER_ERROR
from squall.gates.findings import failed
from squall.history.evidence import Contract

UNLIKE = failed(
    "answer-unlike-calm", "3 x another item", {"unlike": 4, "another_item": 4}, code=ANOTHER_ITEM
)
BLAMED = replace(UNLIKE, figures={"unlike": 9, "another_item": 4, "client_blamed": 5})
EMPTIED = replace(UNLIKE, figures={"unlike": 9, "another_item": 4, "answer_emptied": 5})
BARE, OWN = "text/plain; charset=utf-8", "application/json"


def item(make: Any, number: int, asked: int, shown: int, at: float) -> Any:
    shape = f'{{"":"object",".id":"={shown}"}}'
    return make.op(number, request=f"GET /items/{asked}", shape=shape, at=at)


@pytest.mark.parametrize(
    ("finding", "shift", "together"),
    [(UNLIKE, 0.0, True), (BLAMED, 0.0, True), (UNLIKE, 0.1, False), (EMPTIED, 0.0, False)],
    ids=["a batch", "one that finds less", "a wrong copy", "other lies"],
)
def test_answers_of_neighbours(
    evidence: Any, make: Any, finding: Any, shift: float, together: bool
) -> None:
    asked = [(1, 2), (2, 3), (3, 3)]
    ops = [
        item(make, 10 * turn + place, number, shown, 1.1 + 0.2 * turn + shift * place)
        for turn in (12, 13)
        for place, (number, shown) in enumerate(asked)
    ]
    wrong = tuple(op.id for op in ops if op.id % 10 < 2)
    found = diagnose(evidence(ops), [replace(finding, ops=wrong)])
    assert found.reason.startswith("requests that are under way together") is together
    expected = remedies.OWN_ANSWER if together else remedies.NO_FALSE_SUCCESS
    assert found.remedy == expected


@pytest.mark.parametrize(
    ("media", "unhandled", "log_known", "bugs"),
    [
        (OWN, 0, True, True),
        (OWN, 2, True, False),
        (BARE, 0, True, False),
        (OWN, 0, False, False),
    ],
)
def test_errors_that_a_handler_takes_for_bugs(
    evidence: Any, make: Any, media: str, unhandled: int, log_known: bool, bugs: bool
) -> None:
    ops = [make.refusal(number, status=500, content_type=media) for number in (120, 121)]
    logged = ErrorsLogged(at=1.5, exception="Permanent", message="40P01", place="shop.py:7 in buy",
                          count=2, last=1.6, unhandled=unhandled)  # fmt: skip
    finding = failed("error-contract", "2 x status 500", {"breaches": 2, "errors": 2},
                     code=SERVER_ERROR)  # fmt: skip
    contract = Contract(deadline_seconds=1.0, log_known=log_known)
    run = evidence(ops, [*make.outage(), logged], contract=contract)
    found = diagnose(run, [finding])
    assert ("were taken for bugs" in found.reason) is bugs
    assert found.remedy == remedies.ANSWER_503


@pytest.mark.parametrize("failed_before", [True, False])
def test_half_a_text_that_a_failed_attempt_has_left(
    evidence: Any, make: Any, failed_before: bool
) -> None:
    bad, path = make.refusal(120, request="GET /export/1"), "GET /export/1"
    short = make.op(140, request=path, content_type="text/csv", size=11)
    ops = [bad, short] if failed_before else [short, replace(bad, id=160, done=1.9, sent=1.8)]
    cut = failed("answer-unlike-calm", "11 bytes", {"unlike": 1}, [short], code=SHORTENED)
    told = diagnose(evidence(ops), [cut]).reason
    assert ("what a failed attempt has written is kept" in told) is failed_before
