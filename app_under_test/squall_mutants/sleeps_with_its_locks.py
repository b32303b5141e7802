"""A conflict is repeated inside a savepoint, after a pause in the open transaction.

Mistake: the pause of a retry, taken while the row is locked.
Outage: statements fail with conflicts.
Symptom: everybody waits for the locks.
"""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders import repository
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.storage.translate import sqlstate

from squall_mutants.shared import replace

EXPOSED_BY = ("deadlocks", "serialization-failures", "hot-row")
SET = "sixth"

LOCK = text("SELECT id FROM items WHERE id = :id FOR UPDATE")
PAUSES = (0.1, 0.2, 0.3)

careful = repository.place


async def place(connection: AsyncConnection, wanted: OrderRequest, key: str) -> Placed:
    """Lock, then try until it works."""
    await connection.execute(LOCK, {"id": wanted.item_id})
    for pause in PAUSES:
        try:
            async with connection.begin_nested():
                return await careful(connection, wanted, key)
        except DBAPIError as error:
            if not (sqlstate(error) or "").startswith("40"):
                raise
            await asyncio.sleep(pause)
    return await careful(connection, wanted, key)


def create_app() -> FastAPI:
    """The reference app that keeps its place."""
    replace(repository, "place", place)
    return main.create_app()
