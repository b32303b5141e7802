"""While one connection is held, a second one is taken.

Mistake: a helper opens its own session inside of a transaction.
Outage: more writes come at once than the pool has places.
Symptom: all have one and wait for the other; the pool is full of requests that do nothing.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.storage.lease import Lease

from squall_mutants.shared import replace

EXPOSED_BY = ("writes-at-once",)
CAUGHT_BY = ("connection-leaks",)
SET = "second"

careful = OrderBook._written


async def written(self: OrderBook, work: object, lease: Lease) -> Placed:
    """One connection for a look, one for the work."""

    async def looking(held: AsyncConnection) -> Placed:
        async with self._engine.connect() as second:
            await second.execute(text("SELECT 1"))
            found: Placed = await work(held)  # type: ignore[operator] # a query
            return found

    return await careful(self, looking, lease)


def create_app() -> FastAPI:
    """The reference app that holds two."""
    replace(OrderBook, "_written", written)
    return main.create_app()
