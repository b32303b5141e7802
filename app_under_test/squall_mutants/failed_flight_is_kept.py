"""Callers who want the same item share one query; one that failed is shared for ever.

Mistake: a "single flight" whose entry is removed after a success only.
Outage: any in which a read fails.
Symptom: from then on each caller who wants this item gets that old error at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Response
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.api import items
from squall_reference.api.deps import Desk
from squall_reference.orders.model import Item
from squall_reference.settings import Settings

from squall_mutants.shared import replace

EXPOSED_BY = (
    "connection-refused",
    "database-frozen",
    "known-outage",
    "statements-cancelled",
    "dropped-connections",
    "client-disconnects",
)
SET = "seventh"

careful = items._or_copy
flights: dict[str, asyncio.Task[list[Item]]] = {}


async def shared(
    key: str,
    query: Callable[[AsyncConnection], Awaitable[list[Item]]],
    desk: Desk,
    response: Response,
) -> list[Item]:
    """The flight that is under way, or a new one."""
    flight = flights.get(key)
    if flight is None:
        flight = flights[key] = asyncio.ensure_future(careful(key, query, desk, response))
    found = await asyncio.shield(flight)
    flights.pop(key, None)
    return found


def create_app() -> FastAPI:
    """The reference app with shared reads, and without copies."""
    replace(items, "_or_copy", shared)
    return main.create_app(Settings(stale_seconds=0))  # type: ignore[call-arg] # environment
