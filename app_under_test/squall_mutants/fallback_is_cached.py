"""The copy that is given in an outage goes into a cache of fresh answers.

Mistake: what the fallback gave is cached like what the database gave, for ten seconds.
Outage: any in which an item is answered from its copy.
Symptom: after the heal an old item without ``Age``, though an order on it was acknowledged.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Response
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.api import items
from squall_reference.api.deps import Desk
from squall_reference.orders.model import Item

from squall_mutants.shared import replace

EXPOSED_BY = (
    "known-outage",
    "unreachable-host",
    "database-crash-restart",
    "silent-network",
    "outage-three-times",
)
SET = "fourteenth"

KEPT_SECONDS = 10.0
cached: dict[str, tuple[float, list[Item]]] = {}
careful = items._or_copy


async def or_copy(
    key: str,
    query: Callable[[AsyncConnection], Awaitable[list[Item]]],
    desk: Desk,
    response: Response,
) -> list[Item]:
    """What is in the cache; else the reference's answer, which is kept if it was a copy."""
    until, found = cached.get(key, (0.0, []))
    if time.monotonic() < until:
        return found
    answer = await careful(key, query, desk, response)
    if items.AGE in response.headers:
        cached[key] = (time.monotonic() + KEPT_SECONDS, answer)
    return answer


def create_app() -> FastAPI:
    """The reference app with a cache of its fallback."""
    replace(items, "_or_copy", or_copy)
    return main.create_app()
