"""An advisory lock of the session, released only where all goes well.

Mistake: ``pg_try_advisory_lock`` and ``pg_advisory_unlock`` around the work. An error in between
gives the connection back with the lock; ROLLBACK does not release it.
Outage: inserts fail with 40001.
Symptom: none at first; whoever needs the lock later waits until the app is restarted.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders import repository
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed

from squall_mutants.shared import replace

EXPOSED_BY = ("serialization-failures",)
CAUGHT_BY = ("session-leftovers",)

LOCK = text("SELECT pg_try_advisory_lock(:number)")
UNLOCK = text("SELECT pg_advisory_unlock(:number)")

careful = repository.place


async def place(connection: AsyncConnection, wanted: OrderRequest, key: str) -> Placed:
    """Place it under a lock that marks the item as busy."""
    number = {"number": wanted.item_id}
    await connection.execute(LOCK, number)
    placed = await careful(connection, wanted, key)
    await connection.execute(UNLOCK, number)
    return placed


def create_app() -> FastAPI:
    """The reference app with locks of the session."""
    replace(repository, "place", place)
    return main.create_app()
