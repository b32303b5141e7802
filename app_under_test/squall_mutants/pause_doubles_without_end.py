"""The pause between two trials grows with every outage.

Mistake: the back-off is multiplied when the circuit opens, and never reset.
Outage: the same short outage, three times.
Symptom: the first outage costs nothing more, the third costs seconds.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.circuit_breaker import CircuitBreaker, State

from squall_mutants.shared import replace

EXPOSED_BY = ("outage-three-times",)
CAUGHT_BY = ("recovery-time",)
SET = "second"

TIMES = 5.0

careful = CircuitBreaker._enter


def enter(self: CircuitBreaker, state: State) -> None:
    """The reference's circuit, more patient each time."""
    if state is State.OPEN and self.state is State.CLOSED:
        self._open_seconds *= TIMES
    careful(self, state)


def create_app() -> FastAPI:
    """The reference app with a growing pause."""
    replace(CircuitBreaker, "_enter", enter)
    return main.create_app()
