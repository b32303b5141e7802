"""The process ends when the database is gone.

Mistake: "let it crash": the orchestrator will start it again.
Outage: nobody listens at the database's address for half a second.
Symptom: an outage of the database becomes one of the app, with the start of every process on top.
"""

from __future__ import annotations

import os

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.circuit_breaker import CircuitBreaker, State

from squall_mutants.shared import replace

EXPOSED_BY = ("connection-refused",)
CAUGHT_BY = ("app-survived",)


careful = CircuitBreaker._enter


def enter(self: CircuitBreaker, state: State) -> None:
    """An open circuit is the end."""
    careful(self, state)
    if state is State.OPEN:
        os._exit(1)


def create_app() -> FastAPI:
    """The reference app that ends."""
    replace(CircuitBreaker, "_enter", enter)
    return main.create_app()
