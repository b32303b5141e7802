"""An answer from the copy counts as a success of the database.

Mistake: the fallback stands inside of what the circuit breaker watches.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: the database is asked by every request in an outage.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Response
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.api import items
from squall_reference.api.deps import Desk
from squall_reference.orders.model import Item
from squall_reference.resilience.circuit_breaker import State

from squall_mutants.shared import replace

EXPOSED_BY = ("known-outage", "silent-network")
SET = "fifth"

careful = items._or_copy


async def watched(
    key: str,
    query: Callable[[AsyncConnection], Awaitable[list[Item]]],
    desk: Desk,
    response: Response,
) -> list[Item]:
    """It answered, so all is well."""
    found = await careful(key, query, desk, response)
    breaker = desk.book._guard.room.breaker
    if breaker.state is not State.CLOSED:
        breaker._enter(State.CLOSED)
    return found


def create_app() -> FastAPI:
    """The reference app that believes its copies."""
    replace(items, "_or_copy", watched)
    return main.create_app()
