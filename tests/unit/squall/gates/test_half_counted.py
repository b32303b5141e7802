"""Failed requests of which a number is stored, and not its row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from squall.core.events import CommitsRead, NumberBalanced
from squall.gates.one_effect import HALF, OneEffect
from squall.history.op import Outcome

READ = CommitsRead(at=9.0, transactions=6)
CALM = [0.2, 0.4, 0.6]


def judged(evidence: Any, make: Any, alone: list[float], others: Any = (), calm: Any = CALM) -> Any:
    refused = replace(
        make.write(150), name="book", sent=1.4, done=1.5, status=503, outcome=Outcome.REFUSED,
        request="POST /bookings",
    )  # fmt: skip
    event = NumberBalanced(at=2.0, column="rooms.taken", made="bookings", pairs=calm, alone=alone)
    return OneEffect().judge(evidence([refused, *others], [*make.outage(), event, READ]))


def test_a_request_that_failed_left_half_of_it(evidence: Any, make: Any) -> None:
    finding = judged(evidence, make, [1.45])
    assert (finding.verdict, finding.code, finding.ops) == ("fail", HALF, (150,))
    assert "rooms.taken does not agree with the rows of bookings" in finding.reason


def test_another_one_of_its_kind_may_succeed_meanwhile(evidence: Any, make: Any) -> None:
    same = replace(make.write(151), name="book", sent=1.41, done=1.49)
    assert judged(evidence, make, [1.45], [same]).code == HALF


def test_what_sets_the_number_may_be_the_cause(evidence: Any, make: Any) -> None:
    sets = replace(make.write(151), name="set-taken", sent=1.41, done=1.49)
    assert judged(evidence, make, [1.45], [sets]).code != HALF


def test_what_left_nothing_alone_without_the_fault_is_not_the_cause(
    evidence: Any, make: Any
) -> None:
    during = replace(make.write(151), name="rename", sent=1.41, done=1.49)
    calm = [replace(make.write(n), name="rename") for n in (10, 20, 270)]
    assert judged(evidence, make, [1.45], [during, *calm]).code == HALF


@pytest.mark.parametrize(
    ("alone", "calm"),
    [([], CALM), ([0.5, 1.45], CALM), ([1.2], CALM), ([1.45], CALM[:2])],
    ids=["nothing", "also without the fault", "no request failed then", "little is known"],
)
def test_what_proves_nothing(
    evidence: Any, make: Any, alone: list[float], calm: list[float]
) -> None:
    assert judged(evidence, make, alone, calm=calm).code != HALF
