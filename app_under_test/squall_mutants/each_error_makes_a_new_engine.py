"""After an error the app makes itself a new engine, and leaves the old one alone.

Mistake: ``except ConnectionError: self.engine = create_async_engine(…)``, to "reconnect".
Outage: many requests lose their connections at once.
Symptom: each of them makes an engine with a pool of its own, and nobody closes the others.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.errors import Unreachable
from squall_reference.orders.service import OrderBook
from squall_reference.settings import Settings
from squall_reference.storage import engine
from squall_reference.storage.lease import Lease

from squall_mutants.shared import replace

EXPOSED_BY = (
    "dropped-connections",
    "sessions-terminated",
    "flapping-network",
    "outage-three-times",
    "load-spike-during-an-outage",
    "too-many-connections",
    "database-fast-restart",
)
SET = "seventh"

careful_written = OrderBook._written


def reconnect(book: OrderBook) -> None:
    """A new engine for all later requests."""
    settings = Settings()  # type: ignore[call-arg] # the environment supplies them
    book._engine = engine.Database(settings, isolation="AUTOCOMMIT").engine


async def written(
    self: OrderBook, work: Callable[[AsyncConnection], Awaitable[Any]], lease: Lease
) -> Any:  # noqa: ANN401 - whatever the work returns
    """The same, and a new engine after an error."""
    try:
        return await careful_written(self, work, lease)
    except Unreachable:
        reconnect(self)
        raise


def create_app() -> FastAPI:
    """The reference app with an engine for each error of a write."""
    replace(OrderBook, "_written", written)
    return main.create_app()
