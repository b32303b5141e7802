"""The stock is read, changed in Python, and written.

Mistake: ``stock = stock - n`` on an object: between reading and writing others do the same.
Outage: whatever takes time between the two: a slow network, a slow statement, a lock. Two requests
must meet at one item, and three times in four they do.
Symptom: orders whose stock was never taken.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders import repository
from squall_reference.orders.idempotency import keyed
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed

from squall_mutants.shared import replace

EXPOSED_BY = (
    "slow-network",
    "jittery-network",
    "pool-exhausted-by-slow-queries",
    "table-locked-by-a-migration",
)
CAUGHT_BY = ("conservation",)


PLACE = keyed(
    "place-order",
    work="""placed AS (
            INSERT INTO orders (item_id, quantity, idempotency_key)
            SELECT items.id, :quantity, CAST(:key AS text) FROM items, claim
            WHERE items.id = :item_id AND claim.mine
            ON CONFLICT (idempotency_key) DO NOTHING
            RETURNING id, item_id, quantity
        )""",
    made="placed",
    answer="json_build_object('id', id, 'item_id', item_id, 'quantity', quantity)::text",
)
STOCK = text("SELECT stock FROM items WHERE id = :id")
WRITE = text("UPDATE items SET stock = :stock WHERE id = :id")

careful = repository.place


async def place(connection: AsyncConnection, wanted: OrderRequest, key: str) -> Placed:
    """Order, read the stock, write the stock."""
    values: dict[str, int] = {"id": wanted.item_id}
    stock = (await connection.execute(STOCK, values)).scalar_one()
    placed = await careful(connection, wanted, key)
    if not placed.replayed:
        await connection.execute(WRITE, {**values, "stock": stock - wanted.quantity})
    return placed


def create_app() -> FastAPI:
    """The reference app that calculates by itself."""
    replace(repository, "PLACE", PLACE)
    replace(repository, "place", place)
    return main.create_app()
