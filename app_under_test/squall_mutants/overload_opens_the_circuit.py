"""A full queue counts as a failure of the database.

Mistake: the circuit breaker counts what never reached the database.
Outage: far more clients than the service has places.
Symptom: a load spike becomes an outage of everything.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Overloaded
from squall_reference.resilience.circuit_breaker import Permit
from squall_reference.resilience.deadline import Deadline
from squall_reference.resilience.guard import Guard

from squall_mutants.shared import replace

EXPOSED_BY = ("overload-that-stays",)
SET = "third"

T = TypeVar("T")

careful = Guard._placed


async def placed(
    self: Guard, attempt: Callable[[], Awaitable[T]], deadline: Deadline, permit: Permit
) -> T:
    """The reference's attempt; an overload is a failure."""
    try:
        return await careful(self, attempt, deadline, permit)
    except Overloaded:
        self.room.breaker.heard(permit._generation, ok=False)
        raise


def create_app() -> FastAPI:
    """The reference app with a nervous circuit."""
    replace(Guard, "_placed", placed)
    return main.create_app()
