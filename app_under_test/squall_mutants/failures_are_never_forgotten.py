"""The circuit counts failures since the start of the process.

Mistake: a counter instead of a window, and no success takes anything away.
Outage: a second small fault after a first one.
Symptom: one failed request opens the circuit for all.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.circuit_breaker import CircuitBreaker, State

from squall_mutants.shared import replace

EXPOSED_BY = ("some-commits-fail", "outage-three-times")
SET = "third"

FAILED = [0]


def heard(self: CircuitBreaker, generation: int, *, ok: bool | None) -> None:
    """Every failure counts for ever."""
    if generation != self.generation:
        return
    if ok:
        self.last_success = self._now()
    if self.state is State.HALF_OPEN:
        self._enter(State.CLOSED if ok else State.OPEN)
    elif ok is False:
        FAILED[0] += 1
        if FAILED[0] >= self._threshold:
            self._enter(State.OPEN)


def create_app() -> FastAPI:
    """The reference app that does not forget."""
    replace(CircuitBreaker, "heard", heard)
    return main.create_app()
