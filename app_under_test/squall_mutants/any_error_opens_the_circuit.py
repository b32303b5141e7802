"""Every error of a unit of work is evidence against the database.

Mistake: the breaker counts conflicts, cancelled statements and full disks as an outage.
Outage: the server cancels or refuses one kind of statement, and serves all others.
Symptom: requests that nothing is wrong with are refused with 503.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Overloaded, Rejected, ServiceError
from squall_reference.resilience.circuit_breaker import Permit
from squall_reference.resilience.deadline import Deadline
from squall_reference.resilience.guard import Guard, T

from squall_mutants.shared import replace

EXPOSED_BY = (
    "statements-cancelled",
    "hot-row",
    "serialization-failures",
    "deadlocks",
    "any-statement-cancelled",
    "rows-cannot-be-read-back",
)
SET = "eighth"

careful = Guard._placed


async def placed(
    self: Guard, attempt: Callable[[], Awaitable[T]], deadline: Deadline, permit: Permit
) -> T:
    """A failure is a failure."""

    async def counted() -> T:
        try:
            return await attempt()
        except (Overloaded, Rejected):
            raise
        except ServiceError:
            permit.failed()
            raise

    return await careful(self, counted, deadline, permit)


def create_app() -> FastAPI:
    """The reference app with a nervous breaker."""
    replace(Guard, "_placed", placed)
    return main.create_app()
