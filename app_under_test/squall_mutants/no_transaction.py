"""Two statements that belong together, in autocommit.

Mistake: no transaction around order and stock; it works as long as both work.
Outage: updates fail with 40P01, as victims of deadlocks.
Symptom: the order stands, and its stock was never taken: the repeat finds the order done.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders import repository, service
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed

from squall_mutants.reads_then_writes_the_stock import PLACE
from squall_mutants.shared import replace

EXPOSED_BY = ("deadlocks",)
CAUGHT_BY = ("conservation",)


TAKE = text("UPDATE items SET stock = stock - :quantity WHERE id = :id")

careful = repository.place


async def place(connection: AsyncConnection, wanted: OrderRequest, key: str) -> Placed:
    """First the order, then the stock."""
    placed = await careful(connection, wanted, key)
    if not placed.replayed:
        await connection.execute(TAKE, {"id": wanted.item_id, "quantity": wanted.quantity})
    return placed


def create_app() -> FastAPI:
    """The reference app in autocommit."""
    replace(service, "TRANSACTION", "AUTOCOMMIT")
    replace(repository, "PLACE", PLACE)
    replace(repository, "place", place)
    return main.create_app()
