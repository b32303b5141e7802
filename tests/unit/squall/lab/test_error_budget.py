"""The stop condition: more failed requests than allowed cancel the run, which heals first."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from squall.core.errors import BudgetSpent, ExitCode
from squall.history.op import Op, Outcome
from squall.lab.error_budget import ErrorBudget

GOOD = Op(
    id=0, name="read", effect="read", key=None, intended=0.0, sent=0.0, done=0.1,
    outcome=Outcome.APPLIED, status=200, error=None, content_type=None, retry_after=None, body="",
)  # fmt: skip
FAILED = replace(GOOD, status=503, outcome=Outcome.REFUSED)
LOST = replace(GOOD, status=None, error="timeout", outcome=Outcome.UNKNOWN)
LEFT = replace(GOOD, status=None, error="hung-up", outcome=Outcome.UNKNOWN)
REFUSED = replace(GOOD, status=404, outcome=Outcome.REFUSED)


def test_server_errors_and_missing_answers_are_charged() -> None:
    budget = ErrorBudget(2)
    assert not budget.charge([GOOD, FAILED, LOST, LEFT, REFUSED])
    assert budget.failed == 2


def test_each_request_is_charged_once_and_runs_add_up() -> None:
    budget, first = ErrorBudget(2), [FAILED]
    assert not budget.charge(first)
    first.append(GOOD)
    assert not budget.charge(first)
    assert not budget.charge([FAILED])
    assert budget.charge([FAILED])
    assert budget.failed == 3


async def test_a_run_is_cancelled_and_heals_before_the_error() -> None:
    history, healed = [GOOD], asyncio.Event()

    async def run() -> None:
        try:
            history.extend([FAILED] * 3)
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.01)
            healed.set()

    with pytest.raises(BudgetSpent, match="3 requests failed, and 2 may") as raised:
        await ErrorBudget(2).guard(run(), lambda: history)
    assert healed.is_set()
    assert raised.value.exit_code is ExitCode.STOPPED


async def test_a_run_that_stays_within_it_has_its_result() -> None:
    async def run() -> str:
        await asyncio.sleep(0)
        return "verdict"

    history = [FAILED, FAILED]
    assert await ErrorBudget(2).guard(run(), lambda: history) == "verdict"
    assert await ErrorBudget(None).guard(run(), lambda: [FAILED] * 9) == "verdict"


async def test_a_run_that_ended_over_budget_is_stopped_too() -> None:
    async def run() -> str:
        return "verdict"

    with pytest.raises(BudgetSpent):
        await ErrorBudget(0).guard(run(), lambda: [FAILED])
