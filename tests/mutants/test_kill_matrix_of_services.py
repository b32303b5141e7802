"""Mutants that use more than a database: the page lists each, and its outages catch it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from squall.gates.verdict import Verdict
from squall_proof.mutants import SERVICES, kill_table
from squall_proof.mutants.kill_matrix import MutantPlan, measure
from squall_proof.mutants.mutant_gallery import gallery, of_set

from tests.mutants.progress import told

PAGE = Path(__file__).parents[2] / "docs/explanation/mutants-of-services.md"


def not_seen() -> set[str]:
    """The mutants of which the page says why no outage shows them."""
    section = PAGE.read_text("utf-8").partition("## Not seen")[2]
    rows = [line for line in section.splitlines() if line.startswith("| ")]
    return {row.split("|")[1].strip() for row in rows[1:]}


def test_the_page_lists_each_mutant_of_services_once() -> None:
    lists = PAGE.read_text("utf-8").partition("## Not seen")[0]
    names = [one.name for one in of_set(gallery(), SERVICES)]
    assert [name for name in names if lists.count(f"\n| {name} |") != 1] == []
    assert not_seen() < set(names)


@pytest.mark.proof
@pytest.mark.timeout(1800)
async def test_mutants_of_services_are_caught_but_those_of_which_the_page_says_why_not() -> None:
    there = [one for one in of_set(gallery(), SERVICES) if one.name not in not_seen()]
    found = await measure(MutantPlan(mutants=there, seed=6, jobs=2, on_case=told))
    sys.stdout.write(f"\n{kill_table.text(found)}\n")
    assert found.verdict is Verdict.PASS, kill_table.summary(found)
