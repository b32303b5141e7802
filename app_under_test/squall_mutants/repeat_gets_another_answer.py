"""A repeated request is answered with the newest order.

Mistake: "the order was placed already" is answered with a query that forgets the key.
Outage: none is needed; clients send the same key again.
Symptom: two answers to one key, with different orders.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders import repository
from squall_reference.orders.model import Order, OrderRequest
from squall_reference.orders.repository import Placed

from squall_mutants.shared import replace

EXPOSED_BY = ("callers-repeat-at-once",)
CAUGHT_BY = ("repeats-agree",)
SET = "second"

NEWEST = text("SELECT id, item_id, quantity FROM orders ORDER BY id DESC LIMIT 1")

careful = repository.place


async def place(connection: AsyncConnection, wanted: OrderRequest, key: str) -> Placed:
    """The order of the key the first time, any order afterwards."""
    placed = await careful(connection, wanted, key)
    if not placed.replayed:
        return placed
    row = (await connection.execute(NEWEST)).one()
    return Placed(Order(id=row.id, item_id=row.item_id, quantity=row.quantity), replayed=True)


def create_app() -> FastAPI:
    """The reference app that looks for the wrong thing."""
    replace(repository, "place", place)
    return main.create_app()
