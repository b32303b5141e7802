"""planned = recorded + unsent, and no record twice."""

from __future__ import annotations

from typing import Any

import pytest
from squall.gates.validity.every_operation_recorded import EveryOperationRecorded


@pytest.mark.parametrize(
    ("numbers", "offered", "unsent", "code"),
    [
        ([0, 1, 2], 3, 0, "holds"),
        ([0, 1, 2], 5, 2, "holds"),
        ([0, 1], 3, 0, "records-missing"),
        ([0, 1, 2, 3], 3, 0, "records-missing"),
        ([0, 1, 2], 3, 1, "records-missing"),
        ([0, 1, 1], 3, 0, "records-duplicated"),
        ([0, 1], None, 0, "not-judged"),
    ],
)
def test_each_planned_request_has_one_record(
    evidence: Any, make: Any, numbers: list[int], offered: int | None, unsent: int, code: str
) -> None:
    run = evidence([make.op(n) for n in numbers], offered=offered, unsent=unsent)
    found = EveryOperationRecorded().judge(run)
    assert found.code == code
    verdicts = {"holds": "pass", "not-judged": "not-judged"}
    assert found.verdict == verdicts.get(code, "inconclusive")


def test_the_numbers_are_shown(evidence: Any, make: Any, told: Any) -> None:
    found = EveryOperationRecorded().judge(evidence([make.op(4)], offered=3, unsent=1))
    assert found == told.inconclusive(
        "every-operation-recorded",
        "records and plan differ: 3 planned, 1 recorded, 1 unsent",
        code="records-missing",
        planned=3,
        recorded=1,
        unsent=1,
        duplicated=0,
    )
