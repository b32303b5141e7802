"""A connection to the database is held while Redis is asked.

Mistake: the item is put into the cache while the connection is held, without a limit.
Outage: Redis is silent.
Symptom: all connections wait for Redis, and with them everybody who needs the database.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Response
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference.api import items
from squall_reference.api.deps import Desk
from squall_reference.orders.model import Item

from squall_mutants.shared import replace
from squall_mutants.shared.services import app_with_cache
from squall_mutants.waits_for_the_cache import PatientCache, without_limits

SET = "services"
EXPOSED_BY = ("redis-silent", "redis-frozen")


class LateCache(PatientCache):
    """It waits, with the connection in hand."""

    async def get(self, _number: int) -> Item | None:
        """Not before the connection is there."""
        return None


async def both_at_once(
    _key: str,
    query: Callable[[AsyncConnection], Awaitable[list[Item]]],
    desk: Desk,
    _response: Response,
) -> list[Item]:
    """First the connection, then the cache."""
    async with desk.book._engine.connect() as held:
        found = await query(held)
        await desk.cache.put(found[0])
        return found


def create_app() -> FastAPI:
    """The reference app whose pool waits for its cache."""
    replace(items, "_or_copy", both_at_once)
    return app_with_cache(LateCache, client=without_limits)
