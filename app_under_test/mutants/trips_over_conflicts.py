"""The circuit counts every error, also answers that callers or data cause.

Mistake: a breaker around "the call", where a conflict counts like a lost connection.
Outage: inserts fail with 40001.
Symptom: the database answers every question, and the circuit is open.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import FastAPI

from app_under_test import main
from app_under_test.errors import ServiceError
from app_under_test.mutants.shared import replace
from app_under_test.resilience.circuit_breaker import Permit
from app_under_test.resilience.deadline import Deadline
from app_under_test.resilience.guard import Guard

EXPOSED_BY = ("serialization-failures",)
CAUGHT_BY = ("availability",)


T = TypeVar("T")


async def placed(
    self: Guard, attempt: Callable[[], Awaitable[T]], deadline: Deadline, permit: Permit
) -> T:
    """One attempt; whatever goes wrong is the database's fault."""
    try:
        async with self.bulkhead.place(deadline):
            result = await attempt()
    except ServiceError:
        permit.failed()
        raise
    permit.succeeded()
    return result


def create_app() -> FastAPI:
    """The reference app that blames the database."""
    replace(Guard, "_placed", placed)
    return main.create_app()
