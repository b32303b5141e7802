"""Some mutants in every test run, all in the proof: each is caught, the reference is clean."""

from __future__ import annotations

import sys

import pytest
from squall.gates.verdict import Verdict
from squall_proof.mutants import kill_table
from squall_proof.mutants.kill_matrix import MutantPlan, measure
from squall_proof.mutants.mutant_gallery import chosen, first_set, gallery

from tests.mutants.progress import told

QUICK = (
    "errors_without_problem_details",
    "no_transaction",
    "orders_twice_when_repeated",
    "readiness_never_comes_back",
)


@pytest.mark.scenario
async def test_some_mutants_are_caught_and_the_reference_is_clean() -> None:
    found = await measure(MutantPlan(mutants=chosen(gallery(), QUICK), seed=5, jobs=1))
    assert found.verdict is Verdict.PASS, "\n".join(map(kill_table.line, found.cases))
    assert len(found.cases) == len(QUICK) + 1


@pytest.mark.proof
@pytest.mark.timeout(1200)
async def test_every_mutant_is_caught_and_the_reference_is_clean() -> None:
    found = await measure(MutantPlan(mutants=first_set(), seed=6, jobs=2, on_case=told))
    sys.stdout.write(f"\n{kill_table.text(found)}\n")
    assert found.verdict is Verdict.PASS, kill_table.summary(found)
