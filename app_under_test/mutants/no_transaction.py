"""Two statements that belong together, in autocommit.

Mistake: no transaction around order and stock; it works as long as both work.
Outage: updates fail with 40P01, as victims of deadlocks.
Symptom: the order stands, and its stock was never taken: the repeat finds the order done.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app_under_test import main
from app_under_test.mutants.reads_then_writes_the_stock import PLACE
from app_under_test.mutants.shared import replace
from app_under_test.orders import repository, service
from app_under_test.orders.model import OrderRequest
from app_under_test.orders.repository import Placed

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
