"""There is a circuit breaker, and it never opens.

Mistake: a threshold that no window can reach; or a breaker that is made for each request.
Outage: connections to the database are accepted and closed for two seconds.
Symptom: every request tries for itself, at a database that is known to be out.
"""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.circuit_breaker import CircuitBreaker

from squall_mutants.shared import replace

EXPOSED_BY = ("known-outage",)
CAUGHT_BY = ("retry-storm",)


def made(now: Callable[[], float]) -> CircuitBreaker:
    """A breaker for other numbers of requests."""
    return CircuitBreaker(now, window=1_000_000, threshold=1_000_000)


def create_app() -> FastAPI:
    """The reference app without protection."""
    replace(main, "CircuitBreaker", made)
    return main.create_app()
