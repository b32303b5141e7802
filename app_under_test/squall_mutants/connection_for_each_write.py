"""A new connection for each transaction.

Mistake: reads have a pool; writes are "rare", and connect as they did in the first version.
Outage: the network is 60 ms slower.
Symptom: a new connection costs a dozen round trips: what took 3 ms takes a second.
"""

from __future__ import annotations

from typing import TypeVar

from fastapi import FastAPI
from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from squall_reference import main
from squall_reference.orders.service import OrderBook, Query
from squall_reference.storage.lease import Lease

from squall_mutants.shared import replace

EXPOSED_BY = ("slow-network",)
CAUGHT_BY = ("retry-storm",)


T = TypeVar("T")
ENGINES: list[AsyncEngine] = []

careful = OrderBook._written


async def written(self: OrderBook, work: Query[T], lease: Lease) -> T:
    """As the reference does it, on a new connection."""
    if not ENGINES:
        options = {"ssl": False, "timeout": 5, "command_timeout": 0.5}
        url = self._engine.url
        ENGINES.append(create_async_engine(url, poolclass=NullPool, connect_args=options))
    return await careful(OrderBook(ENGINES[0], self._guard, self._limits), work, lease)


def create_app() -> FastAPI:
    """The reference app whose writes connect."""
    replace(OrderBook, "_written", written)
    return main.create_app()
