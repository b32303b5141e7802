"""The circuit stays open for half a minute.

Mistake: the open time is a library's default, made for another kind of outage.
Outage: the server is killed, and is back after half a second.
Symptom: the outage of the database takes half a second, that of the service thirty.
"""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.circuit_breaker import CircuitBreaker

from squall_mutants.shared import replace

EXPOSED_BY = ("database-crash-restart",)
CAUGHT_BY = ("recovery-time",)


def made(now: Callable[[], float]) -> CircuitBreaker:
    """A breaker with patience."""
    return CircuitBreaker(now, open_seconds=30.0)


def create_app() -> FastAPI:
    """The reference app that stays away."""
    replace(main, "CircuitBreaker", made)
    return main.create_app()
