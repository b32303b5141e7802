"""Some mutants in every test run, all in the proof: each is caught, the reference is clean."""

from __future__ import annotations

import sys

import pytest

from harness.checkers.verdict import Verdict
from harness.mutants import table
from harness.mutants.gallery import chosen, gallery
from harness.mutants.matrix import Plan, measure
from harness.mutants.trial import Case

QUICK = (
    "errors_without_problem_details",
    "no_transaction",
    "orders_twice_when_repeated",
    "readiness_never_comes_back",
)


@pytest.mark.scenario
async def test_some_mutants_are_caught_and_the_reference_is_clean() -> None:
    found = await measure(Plan(mutants=chosen(gallery(), QUICK), seed=5, jobs=1))
    assert found.verdict is Verdict.PASS, "\n".join(map(table.line, found.cases))
    assert len(found.cases) == len(QUICK) + 1


def told(case: Case) -> None:
    """For whoever waits with ``--capture=no``."""
    sys.stdout.write(f"{table.line(case)}\n")


@pytest.mark.proof
@pytest.mark.timeout(1200)
async def test_every_mutant_is_caught_and_the_reference_is_clean() -> None:
    found = await measure(Plan(mutants=gallery(), seed=6, jobs=2, on_case=told))
    sys.stdout.write(f"\n{table.text(found)}\n")
    assert found.verdict is Verdict.PASS, table.summary(found)
