"""Numbers that count rows are given once."""

from __future__ import annotations

from typing import Any

import pytest
from squall.core.events import CommitsRead, NumbersRun
from squall.gates.one_effect import GIVEN_TWICE, OneEffect

EARLY = [(0.1 + place / 100, place) for place in range(8)]


def judged(evidence: Any, make: Any, *pairs: tuple[float, int]) -> Any:
    run = NumbersRun(
        at=3.0, column="invoices.number", commits=[at for at, _ in pairs],
        numbers=[number for _, number in pairs],
    )  # fmt: skip
    ops = [make.write(number) for number in range(10)]
    happened = [*make.outage(), run, CommitsRead(at=9.0, transactions=1)]
    return OneEffect().judge(evidence(ops, happened))


def test_two_invoices_have_one_number(evidence: Any, make: Any) -> None:
    found = judged(evidence, make, *EARLY, (1.1, 8), (1.2, 8), (1.3, 9), (1.4, 9))
    assert (found.verdict, found.code) == ("fail", GIVEN_TWICE)
    assert "2 numbers of invoices.number were given to more than one of 4 new" in found.reason


@pytest.mark.parametrize(
    "pairs",
    [
        [*EARLY, (1.1, 8), (1.2, 8), (1.3, 9)],
        [*EARLY, *((at + 0.1, n) for at, n in EARLY), (1.1, 8), (1.2, 8), (1.3, 9), (1.4, 9)],
        [*EARLY, (0.9, 7), *((1.1 + n / 10, n) for n in range(8, 18)), (2.5, 17), (2.6, 16)],
        [*EARLY[:4], (1.1, 8), (1.2, 8), (1.3, 9), (1.4, 9)],
        [*EARLY, (1.1, 8), (1.1, 8), (1.3, 9), (1.3, 9)],
    ],
    ids=[
        "one alone",
        "often without the fault, too",
        "as often as before",
        "not known",
        "rows of one batch",
    ],
)
def test_what_may_have_its_reason(evidence: Any, make: Any, pairs: list[tuple[float, int]]) -> None:
    assert judged(evidence, make, *pairs).verdict != "fail"
