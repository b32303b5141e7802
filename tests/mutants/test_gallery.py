"""The gallery: every file says what it must, and replaces what is really there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from squall.config.reference_services import WITH_SERVICES
from squall.core.errors import UsageError
from squall_mutants.shared import replace
from squall_proof.mutants import FIRST
from squall_proof.mutants.mutant_gallery import CHECKERS, Mutant, chosen, gallery, problems_of, read

MUTANTS = gallery()
AT_LEAST = 45

every_mutant = pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)

IN_ONE_PROCESS_EACH = """
import importlib, os, sys, traceback
import squall_reference.main
broken = []
for name in sys.argv[1:]:
    child = os.fork()
    if child == 0:
        try:
            importlib.import_module("squall_mutants." + name).create_app()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        broken.append(name)
sys.exit(", ".join(broken) or 0)
"""


def test_there_are_enough_mutants() -> None:
    assert len(MUTANTS) >= AT_LEAST


def test_every_mutant_can_be_made() -> None:
    """What a mutant replaces must be there: else the reference app has changed below it."""
    names = [mutant.name for mutant in MUTANTS]
    done = subprocess.run(
        [sys.executable, "-c", IN_ONE_PROCESS_EACH, *names],
        env={**os.environ, "DATABASE_URL": "postgresql://app@127.0.0.1:1/app"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


@every_mutant
def test_a_mutant_tells_mistake_outage_and_symptom(mutant: Mutant) -> None:
    said = re.findall(r"^(\w+): ", mutant.story, re.MULTILINE)
    assert said == ["Mistake", "Outage", "Symptom"]
    assert len(mutant.title) <= 100


def test_the_good_code_knows_nothing_of_mutants() -> None:
    root = Path(__file__).parents[2] / "app_under_test/squall_reference"
    good = list(root.rglob("*.py"))
    assert [file for file in good if "mutant" in file.read_text("utf-8").lower()] == []


def test_a_file_is_read_without_being_imported() -> None:
    source = (
        '"""Title.\n\nMore.\n"""\nimport nowhere\nEXPOSED_BY = ("a",)\nCAUGHT_BY = ("b", "c")\n'
    )
    mutant = read("name", source)
    assert (mutant.title, mutant.exposed_by, mutant.caught_by) == ("Title", ("a",), ("b", "c"))
    assert mutant.starts_without_database
    assert not read("name", source + "STARTS_WITHOUT_DATABASE = False\n").starts_without_database
    assert mutant.profile().app == "squall_mutants.name:create_app"


def test_a_mutant_of_any_set_may_break_what_uses_services() -> None:
    source = '"""Title."""\nEXPOSED_BY = ("a",)\nSET = "seventh"\n'
    assert read("name", source).profile().dependencies == ()
    with_services = read("name", f"{source}SERVICES = True\n")
    assert with_services.base() is WITH_SERVICES
    assert with_services.profile().dependencies == WITH_SERVICES.dependencies


def test_all_that_is_wrong_with_a_file_is_told() -> None:
    empty = read("empty", "")
    wrong = read("wrong", '"""Title."""\nEXPOSED_BY = ("rain",)\nCAUGHT_BY = ("luck",)')
    assert problems_of(empty, set()) == [
        "it has no docstring",
        "it has no EXPOSED_BY",
        "it has no CAUGHT_BY",
    ]
    assert problems_of(wrong, {"storm"}) == [
        "EXPOSED_BY names 'rain', which is unknown",
        "CAUGHT_BY names 'luck', which is unknown",
    ]


def test_an_unknown_mutant_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UsageError, match="did you mean no_retries"):
        chosen(MUTANTS, ["no_retry"])
    assert [mutant.name for mutant in chosen(MUTANTS, ["no_retries"])] == ["no_retries"]
    assert chosen(MUTANTS, []) == MUTANTS


LATER = {
    "acknowledged-before-commit": "tests/pairs/commit_order.py",
    "one-effect": "tests/pairs/keyed_write.py",
    "repeats-agree": "its unit tests alone",
    "second-copy-starts": "tests/pairs/two_pools.py",
    "ends-when-told": "the second set",
    "finishes-requests": "the second set",
    "work-is-done": "tests/pairs/job_queue.py",
    "capacity-returns": "tests/pairs/lost_place.py",
    "upstream-retry-storm": "tests/scenarios/test_upstream_outages.py",
}
"""Gates that are younger than the matrix of the page, and what proves them until it is remade."""


def test_every_checker_is_proved_by_a_mutant() -> None:
    """A gate without a mutant is a claim without a proof."""
    named = {gate for mutant in MUTANTS for gate in mutant.caught_by if mutant.set_name == FIRST}
    assert set(CHECKERS) - named == set(LATER)


def test_every_checker_has_a_mutant_that_only_it_catches() -> None:
    """By the matrix that the command made: else another gate could do its work."""
    page = (Path(__file__).parents[2] / "docs/explanation/mutants.md").read_text("utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page.splitlines()
        if "●" in line and line.startswith("|")
    ]
    (legend,) = (line for line in page.splitlines() if line.startswith("1 error-contract, "))
    gates = re.findall(r"\d+ ([a-z-]+)", legend)
    assert {row[0] for row in rows} == {
        mutant.name for mutant in MUTANTS if mutant.set_name == FIRST
    }
    alone = {row.index("●") - 2 for row in rows if "○" not in row and row.count("●") == 1}
    assert {gates[place] for place in alone} == set(gates)
    assert set(CHECKERS) - set(gates) == set(LATER)


def test_what_is_not_there_cannot_be_replaced() -> None:
    class Owner:
        known = 1

    replace(Owner, "known", 2)
    assert Owner.known == 2
    with pytest.raises(AttributeError, match="unknown"):
        replace(Owner, "unknown", 3)


def test_a_mutant_of_another_operation_has_it_in_its_load() -> None:
    source = '"""Title."""\nEXPOSED_BY = ("a",)\nSET = "fourth"\nLOAD = "%s"\n'
    listing, stock = read("x", source % "list-items"), read("x", source % "set-stock")
    assert [one.name for one in listing.profile().operations] == ["list-items", "place-order"]
    assert [one.name for one in stock.profile().operations] == ["set-stock", "read-item"]
    assert not stock.profile().conserved
    assert problems_of(read("x", source % "rain"), {"a"}) == ["LOAD names 'rain', which is unknown"]
