"""The order is written at once; its stock is taken by a task after the answer.

Mistake: ``asyncio.create_task(take_stock(…))``, to answer faster: one attempt, errors are logged.
Outage: the database or the app goes away between the two.
Symptom: orders whose stock was never taken.
"""

from __future__ import annotations

import asyncio

import structlog
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders import repository
from squall_reference.orders.idempotency import keyed
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline
from squall_reference.storage.lease import Lease

from squall_mutants.shared import replace

EXPOSED_BY = (
    "dropped-connections",
    "app-crash",
    "database-fast-restart",
    "sessions-terminated",
    "any-statement-cancelled",
    "deploy-under-load",
    "deadlocks",
)
SET = "seventh"

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
TAKE = text("UPDATE items SET stock = stock - :quantity WHERE id = :item_id")

careful = OrderBook.place
log = structlog.get_logger("orders")
tasks: set[asyncio.Task[None]] = set()


async def take(book: OrderBook, wanted: OrderRequest) -> None:
    """The stock of one order."""

    async def update(held: AsyncConnection) -> None:
        await held.execute(TAKE, wanted.model_dump())

    try:
        await book._written(update, Lease(book._limits.hold))
    except Exception:
        log.exception("stock was not taken")


async def place(self: OrderBook, wanted: OrderRequest, key: str, deadline: Deadline) -> Placed:
    """The order; the stock comes later."""
    placed = await careful(self, wanted, key, deadline)
    if not placed.replayed:
        task = asyncio.create_task(take(self, wanted))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    return placed


def create_app() -> FastAPI:
    """The reference app with stock that follows."""
    replace(repository, "PLACE", PLACE)
    replace(OrderBook, "place", place)
    return main.create_app()
