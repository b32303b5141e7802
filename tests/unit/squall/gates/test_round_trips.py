"""``response-time`` with a limit of round trips: a statement for each row of a list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from squall.diagnosis.diagnose import diagnose
from squall.gates.findings import failed
from squall.gates.response_time import ResponseTime

GATE = ResponseTime(most_round_trips=20)


def run_of(
    evidence: Any, make: Any, *, seconds: float = 1.5, statements: float = 31, asked: int = 4
) -> Any:
    """Lists of 20 ms before an outage from 1 s to 2 s, and of ``seconds`` in it."""
    lists = [make.op(n, at=0.1 * n, done=0.1 * n + 0.02, name="orders") for n in range(5)]
    lists += [
        make.op(100 + n, at=1.02 + 0.01 * n, done=1.02 + 0.01 * n + seconds, name="orders")
        for n in range(asked)
    ]
    run = evidence(lists)
    contract = replace(run.contract, calm_statements={"orders": statements, "order": 1})
    return replace(run, contract=contract)


def test_a_statement_for_each_row_is_too_many(evidence: Any, make: Any) -> None:
    found = GATE.judge(run_of(evidence, make))
    assert (found.verdict, found.code) == ("fail", "too-many-round-trips")
    assert found.reason == (
        "orders sends 31 statements one after another, limit 20: it was slower by 1.5 s at least,"
        " where each reply came 60 ms late"
    )
    assert found.figures == {"statements": 31, "extra_ms": 1480.0}


@pytest.mark.parametrize(
    "given",
    [
        {"statements": 20},  # as many as are allowed
        {"seconds": 0.4},  # a transaction with one batch
        {"seconds": 1.5, "statements": 4},  # it waits for a place of the pool
        {"asked": 1},  # too few to tell
    ],
)
def test_what_is_sent_at_once_or_waits_for_something_else_passes(
    evidence: Any, make: Any, given: dict[str, Any]
) -> None:
    assert GATE.judge(run_of(evidence, make, **given)).code != "too-many-round-trips"


def test_requests_that_meet_the_end_of_the_outage_do_not_count(evidence: Any, make: Any) -> None:
    run = run_of(evidence, make)
    late = make.op(200, at=1.8, done=1.85, name="orders")
    assert GATE.judge(replace(run, ops=(*run.ops, late))).code == "too-many-round-trips"


def test_no_limit_judges_nothing(evidence: Any, make: Any) -> None:
    assert ResponseTime().judge(run_of(evidence, make)).verdict == "pass"


def test_its_cause_is_named(evidence: Any, make: Any) -> None:
    run = run_of(evidence, make)
    late = failed("recovery-time", "recovered 577 ms after the heal", code="recovered-late")
    found = diagnose(run, [late, GATE.judge(run)])
    assert found.code == "asks-row-by-row"
    assert found.remedy is not None
    assert found.remedy.key == "ask-once-for-all-of-a-list"
