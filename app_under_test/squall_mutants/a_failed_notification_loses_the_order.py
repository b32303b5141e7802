"""A notification in the order's transaction may fail: the error is logged, and COMMIT is sent.

Mistake: ``try: await notify() except DBAPIError: log.warning(…)`` inside of the transaction.
Outage: a statement fails, and it is that one.
Symptom: PostgreSQL answers COMMIT with ROLLBACK, without an error: 201, and there is no order.
"""

from __future__ import annotations

import structlog
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders import repository
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed

from squall_mutants.shared import replace

EXPOSED_BY = (
    "any-statement-cancelled",
    "statements-cancelled",
    "deadlocks",
    "serialization-failures",
    "disk-full",
    "hot-row",
)
SET = "seventh"

NOTIFY = text("SELECT pg_notify('orders', CAST(:number AS text))")

careful = repository.place
log = structlog.get_logger("orders")


async def place(connection: AsyncConnection, wanted: OrderRequest, key: str) -> Placed:
    """The order, and a notification, "which is not important"."""
    placed = await careful(connection, wanted, key)
    try:
        await connection.execute(NOTIFY, {"number": str(placed.order.id)})
    except DBAPIError as error:
        log.warning("not notified", reason=type(error).__name__)
    return placed


def create_app() -> FastAPI:
    """The reference app with notifications."""
    replace(repository, "place", place)
    return main.create_app()
