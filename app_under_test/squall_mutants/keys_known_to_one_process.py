"""Idempotency keys are kept in the memory of the process.

Mistake: a dictionary is quick, and "the app does not restart that often".
Outage: the app is killed and started again; clients repeat what they sent before.
Symptom: the same key once more, and a second order.
"""

from __future__ import annotations

from uuid import uuid4

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.errors import InFlight
from squall_reference.orders import repository
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline
from squall_reference.storage import schema

from squall_mutants.shared import replace

EXPOSED_BY = ("callers-repeat-after-a-restart",)
CAUGHT_BY = ("no-duplicate",)
SET = "second"

NAME = text("UPDATE orders SET idempotency_key = :key WHERE id = :id")

ANSWERED: dict[str, Placed] = {}
BEGUN: set[str] = set()

careful = OrderBook.place
careful_statement = repository.place


async def place(self: OrderBook, wanted: OrderRequest, key: str, deadline: Deadline) -> Placed:
    """The remembered answer, or a new order."""
    if key in ANSWERED:
        return Placed(ANSWERED[key].order, replayed=True)
    if key in BEGUN:
        raise InFlight
    BEGUN.add(key)
    try:
        ANSWERED[key] = await careful(self, wanted, key, deadline)
        return ANSWERED[key]
    finally:
        BEGUN.discard(key)


async def insert(connection: AsyncConnection, wanted: OrderRequest, key: str) -> Placed:
    """An order with the caller's key, which the database has never to look for."""
    placed = await careful_statement(connection, wanted, uuid4().hex)
    await connection.execute(NAME, {"key": key, "id": placed.order.id})
    return placed


def create_app() -> FastAPI:
    """The reference app with keys in memory."""
    plain = "ON CONFLICT (idempotency_key) DO NOTHING"
    replace(repository, "PLACE", text(repository.PLACE.text.replace(plain, "")))
    tables = (statement.replace("NOT NULL UNIQUE", "NOT NULL") for statement in schema.STATEMENTS)
    replace(schema, "STATEMENTS", tuple(tables))
    replace(repository, "place", insert)
    replace(OrderBook, "place", place)
    return main.create_app()
