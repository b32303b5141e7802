"""Repeats are counted, and the count is never lowered.

Mistake: the budget is per process instead of per time.
Outage: a long row of conflicts, and later sessions end for a moment.
Symptom: the first outage is repaired, the next small one costs errors, and so does every later one.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.budget import RetryBudget

from squall_mutants.shared import replace

EXPOSED_BY = ("conflicts-after-conflicts",)
CAUGHT_BY = ("availability",)
SET = "second"


def deposit(self: RetryBudget) -> None:
    """Count, and nothing more."""
    self.requests += 1


def create_app() -> FastAPI:
    """The reference app whose budget ends."""
    replace(RetryBudget, "deposit", deposit)
    return main.create_app()
