"""The reference app without a budget of repeats: what the budget hides is seen.

Sound: repeats are bounded by the deadline and by eight attempts alone.
Broken: a request keeps its place at the database while it pauses between two of them.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_mutants import holds_its_place_while_it_waits
from squall_mutants.shared import replace
from squall_reference import main
from squall_reference.resilience.budget import RetryBudget


def _always(_budget: RetryBudget) -> bool:
    return True


def sound() -> FastAPI:
    replace(RetryBudget, "spend", _always)
    return main.create_app()


def broken() -> FastAPI:
    replace(RetryBudget, "spend", _always)
    return holds_its_place_while_it_waits.create_app()
