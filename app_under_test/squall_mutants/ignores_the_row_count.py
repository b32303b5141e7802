"""The stock is changed where it still is what was read, and nobody looks whether it was changed.

Mistake: an optimistic lock whose row count is not read.
Outage: whatever takes time between reading and writing, as a slow network.
Symptom: orders whose stock was never taken.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders import repository
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed

from squall_mutants.reads_then_writes_the_stock import PLACE, STOCK
from squall_mutants.shared import replace

EXPOSED_BY = ("slow-network", "jittery-network", "callers-want-the-same")
SET = "fifth"

WRITE = text("UPDATE items SET stock = :stock WHERE id = :id AND stock = :before")

careful = repository.place


async def place(connection: AsyncConnection, wanted: OrderRequest, key: str) -> Placed:
    """Order, read the stock, write the stock if it is the same."""
    values: dict[str, int] = {"id": wanted.item_id}
    stock = (await connection.execute(STOCK, values)).scalar_one()
    placed = await careful(connection, wanted, key)
    if not placed.replayed:
        values |= {"before": stock, "stock": stock - wanted.quantity}
        await connection.execute(WRITE, values)
    return placed


def create_app() -> FastAPI:
    """The reference app that is optimistic."""
    replace(repository, "PLACE", PLACE)
    replace(repository, "place", place)
    return main.create_app()
