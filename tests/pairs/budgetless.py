"""The reference app without a budget of repeats: what the budget hides is seen.

Sound: repeats are bounded by the deadline and by eight attempts alone.
Broken: what was shed is repeated, too; or a request keeps its place while it pauses.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_mutants import holds_its_place_while_it_waits, repeats_what_was_shed
from squall_mutants.shared import replace
from squall_reference import main
from squall_reference.resilience.budget import RetryBudget


def _always(_budget: RetryBudget) -> bool:
    return True


def sound() -> FastAPI:
    replace(RetryBudget, "spend", _always)
    return main.create_app()


def repeats_shed() -> FastAPI:
    replace(RetryBudget, "spend", _always)
    return repeats_what_was_shed.create_app()


def holds_places() -> FastAPI:
    replace(RetryBudget, "spend", _always)
    return holds_its_place_while_it_waits.create_app()
