"""A trial that is cancelled is never reported, and the circuit waits for its outcome.

Mistake: success and failure are reported, and ``CancelledError`` is neither: there is no finally.
Outage: the database is silent, so that trials end by their callers' deadlines, or callers leave.
Symptom: the database is there, the app is ready, and refuses every request until its restart.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Ambiguous, Overloaded, ServiceError, Unreachable
from squall_reference.resilience.circuit_breaker import Permit
from squall_reference.resilience.deadline import Deadline
from squall_reference.resilience.guard import Guard, _CircuitChanged

from squall_mutants.shared import replace

EXPOSED_BY = (
    "database-frozen",
    "silent-network",
    "server-accepts-never-replies",
    "unreachable-host",
    "load-spike-during-an-outage",
    "known-outage",
    "lost-responses",
)
SET = "seventh"


async def placed(
    self: Guard, attempt: Callable[[], Awaitable[Any]], deadline: Deadline, permit: Permit
) -> Any:  # noqa: ANN401 - whatever the attempt returns
    """One attempt, and what it says about the database, unless it was cancelled."""
    try:
        async with self.bulkhead.place(deadline):
            if permit.stale:
                raise _CircuitChanged
            result = await attempt()
    except Overloaded:
        permit.dropped()
        raise
    except (Unreachable, Ambiguous):
        permit.failed()
        raise
    except ServiceError:
        permit.succeeded()
        raise
    permit.succeeded()
    return result


def create_app() -> FastAPI:
    """The reference app with a breaker that can be left waiting."""
    replace(Guard, "_placed", placed)
    return main.create_app()
