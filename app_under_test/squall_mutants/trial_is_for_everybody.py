"""While the circuit tries whether the database is back, everybody is let through.

Mistake: "half-open" is a state without a count.
Outage: connections to the database are accepted, and silent, for longer than two deadlines.
Symptom: each trial is a full load on a database that is coming back, and everybody waits for it.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.circuit_breaker import CircuitBreaker, Permit, State

from squall_mutants.shared import replace

EXPOSED_BY = ("server-accepts-never-replies",)
CAUGHT_BY = ("fails-fast",)
SET = "second"

careful = CircuitBreaker.admit


def admit(self: CircuitBreaker) -> Permit | None:
    """The reference's permit; in a trial one for each."""
    if self.state is State.HALF_OPEN:
        return Permit(self, self.generation, trial=True)
    return careful(self)


def create_app() -> FastAPI:
    """The reference app with a wide trial."""
    replace(CircuitBreaker, "admit", admit)
    return main.create_app()
