"""A half-open circuit lets everybody in.

Mistake: "half-open" is only a name: there is no count of the trials that are under way.
Outage: connections to the database are accepted and closed for two seconds.
Symptom: each trial is a wave of all callers; a database that comes back is hit by all of them.
"""

from __future__ import annotations

from fastapi import FastAPI

from app_under_test import main
from app_under_test.mutants.shared import replace
from app_under_test.resilience.circuit_breaker import CircuitBreaker, Permit, State

EXPOSED_BY = ("known-outage",)
CAUGHT_BY = ("retry-storm",)


careful = CircuitBreaker.admit


def admit(self: CircuitBreaker) -> Permit | None:
    """Everybody may try, unless the circuit is open."""
    permit = careful(self)
    if permit is None and self.state is State.HALF_OPEN:
        return Permit(self, self.generation, trial=True)
    return permit


def create_app() -> FastAPI:
    """The reference app whose trials are crowds."""
    replace(CircuitBreaker, "admit", admit)
    return main.create_app()
