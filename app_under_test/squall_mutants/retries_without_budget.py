"""Each request repeats as often as it may, whatever the others do.

Mistake: a retry decorator on each function, and no budget for all of them together.
Outage: every insert fails with 40001: a hot row.
Symptom: three, five, eight times the load on a database that has enough to do.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.budget import RetryBudget

from squall_mutants.shared import replace

EXPOSED_BY = ("hot-row",)
CAUGHT_BY = ("retry-storm",)


def spend(self: RetryBudget) -> bool:
    """Yes, always."""
    self.spent += 1
    return True


def create_app() -> FastAPI:
    """The reference app with tokens for everybody."""
    replace(RetryBudget, "spend", spend)
    return main.create_app()
