"""The order is committed, and its stock is taken in a task after the answer.

Mistake: ``create_task`` for what "need not delay the caller"; its errors are logged.
Outage: connections are cut, the database restarts, or the process ends.
Symptom: 201, and the stock never goes down.
"""

from __future__ import annotations

import asyncio

import structlog
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.errors import ServiceError
from squall_reference.orders import repository
from squall_reference.orders.idempotency import keyed
from squall_reference.orders.model import Order, OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline, deadline_in

from squall_mutants.shared import replace

EXPOSED_BY = (
    "database-crash-restart",
    "sessions-terminated",
    "any-statement-cancelled",
    "app-crash",
    "deploy-under-load",
    "known-outage",
)
SET = "fourteenth"

PLACE = keyed(
    "place-order",
    work="""placed AS (
            INSERT INTO orders (item_id, quantity, idempotency_key)
            SELECT items.id, :quantity, CAST(:key AS text) FROM items, claim
            WHERE items.id = :item_id AND claim.mine AND items.stock >= :quantity
            ON CONFLICT (idempotency_key) DO NOTHING
            RETURNING id, item_id, quantity
        )""",
    made="placed",
    answer="json_build_object('id', id, 'item_id', item_id, 'quantity', quantity)::text",
)
TAKE = text("UPDATE items SET stock = stock - :quantity WHERE id = :item_id")
SECONDS = 1.0

log = structlog.get_logger("orders")
tasks: set[asyncio.Task[None]] = set()
careful = OrderBook.place


async def take(book: OrderBook, order: Order) -> None:
    """Take the stock of an order, or say that it was not possible."""

    async def work(held: AsyncConnection) -> None:
        await held.execute(TAKE, {"quantity": order.quantity, "item_id": order.item_id})

    try:
        await book.once(work, deadline_in(SECONDS))
    except ServiceError as error:
        log.warning("stock not taken", order=order.id, reason=type(error).__name__)


async def place(self: OrderBook, wanted: OrderRequest, key: str, deadline: Deadline) -> Placed:
    """Place the order now, and take its stock soon."""
    placed = await careful(self, wanted, key, deadline)
    if not placed.replayed:
        task = asyncio.create_task(take(self, placed.order))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    return placed


def create_app() -> FastAPI:
    """The reference app that does half of the work later."""
    replace(repository, "PLACE", PLACE)
    replace(OrderBook, "place", place)
    return main.create_app()
