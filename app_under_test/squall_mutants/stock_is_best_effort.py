"""The second statement of an order may fail.

Mistake: ``with suppress(DBAPIError)`` around what "can be corrected later", inside a savepoint.
Outage: updates fail with 40P01, as victims of deadlocks.
Symptom: orders whose stock was never taken, each of them acknowledged.
"""

from __future__ import annotations

from contextlib import suppress

from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders import repository
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed

from squall_mutants.no_transaction import TAKE
from squall_mutants.reads_then_writes_the_stock import PLACE
from squall_mutants.shared import replace

EXPOSED_BY = ("deadlocks",)
CAUGHT_BY = ("conservation",)
SET = "second"

careful = repository.place


async def place(connection: AsyncConnection, wanted: OrderRequest, key: str) -> Placed:
    """The order, and the stock if that goes well."""
    placed = await careful(connection, wanted, key)
    if not placed.replayed:
        with suppress(DBAPIError):
            async with connection.begin_nested():
                values = {"id": wanted.item_id, "quantity": wanted.quantity}
                await connection.execute(TAKE, values)
    return placed


def create_app() -> FastAPI:
    """The reference app that does its best."""
    replace(repository, "PLACE", PLACE)
    replace(repository, "place", place)
    return main.create_app()
