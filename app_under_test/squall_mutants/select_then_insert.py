"""A key is looked up, and inserted when it is not there.

Mistake: no constraint makes sure that the key stays unknown between the two statements.
Outage: none is needed; clients send the same key again while the first request is under way.
Symptom: both find nothing, and one key has two orders.
"""

from __future__ import annotations

from uuid import uuid4

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders import repository
from squall_reference.orders.model import Order, OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.storage import schema

from squall_mutants.shared import replace

EXPOSED_BY = ("callers-repeat-at-once",)
CAUGHT_BY = ("no-duplicate",)
SET = "second"

FIND = text("SELECT id, item_id, quantity FROM orders WHERE idempotency_key = :key")
NAME = text("UPDATE orders SET idempotency_key = :key WHERE id = :id")

careful = repository.place


async def place(connection: AsyncConnection, wanted: OrderRequest, key: str) -> Placed:
    """The order that has the key, or a new one."""
    row = (await connection.execute(FIND, {"key": key})).first()
    if row is not None:
        order = Order(id=row.id, item_id=row.item_id, quantity=row.quantity)
        return Placed(order, replayed=True)
    placed = await careful(connection, wanted, uuid4().hex)
    await connection.execute(NAME, {"key": key, "id": placed.order.id})
    return placed


def create_app() -> FastAPI:
    """The reference app, which trusts what it has read."""
    plain = "ON CONFLICT (idempotency_key) DO NOTHING"
    replace(repository, "PLACE", text(repository.PLACE.text.replace(plain, "")))
    tables = (statement.replace("NOT NULL UNIQUE", "NOT NULL") for statement in schema.STATEMENTS)
    replace(schema, "STATEMENTS", tuple(tables))
    replace(repository, "place", place)
    return main.create_app()
