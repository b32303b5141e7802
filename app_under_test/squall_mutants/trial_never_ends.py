"""A trial that ends without an outcome is never reported.

Mistake: the permit is given back after success and failure, and not when the time is over.
Outage: the database accepts requests and is silent for longer than a deadline.
Symptom: the circuit stays half-open, and every request is refused for ever.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Ambiguous, Overloaded, ServiceError, Unreachable
from squall_reference.resilience.circuit_breaker import Permit
from squall_reference.resilience.deadline import Deadline
from squall_reference.resilience.guard import Guard, _CircuitChanged

from squall_mutants.shared import replace

EXPOSED_BY = ("silent-network", "server-accepts-never-replies")
SET = "third"

T = TypeVar("T")


async def placed(
    self: Guard, attempt: Callable[[], Awaitable[T]], deadline: Deadline, permit: Permit
) -> T:
    """The reference's attempt without its last line."""
    try:
        async with self.bulkhead.place(deadline):
            if permit.stale:
                raise _CircuitChanged
            result = await attempt()
    except Overloaded:
        raise
    except (Unreachable, Ambiguous):
        if deadline.remaining() > 0:
            permit.failed()
        raise
    except ServiceError:
        permit.succeeded()
        raise
    permit.succeeded()
    return result


def create_app() -> FastAPI:
    """The reference app whose trials may never end."""
    replace(Guard, "_placed", placed)
    return main.create_app()
