"""Writes are acknowledged from memory, and written a moment later.

Mistake: a queue inside of the process, to save the callers the database's time.
Outage: the process is killed and started again.
Symptom: what was in the queue was acknowledged, and is nowhere.
"""

from __future__ import annotations

import asyncio
import itertools

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders import repository
from squall_reference.orders.model import Order, OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline
from squall_reference.storage.lease import Lease

from squall_mutants.shared import replace

EXPOSED_BY = ("app-crash",)
CAUGHT_BY = ("no-acknowledged-write-lost",)


DELAY_SECONDS = 0.4

NUMBERS = itertools.count(1_000_000_000)
KEPT: dict[int, Order] = {}
TASKS: set[asyncio.Task[None]] = set()

careful = repository.order


async def place(self: OrderBook, wanted: OrderRequest, key: str, _deadline: Deadline) -> Placed:
    """Put it into the queue."""
    order = Order(id=next(NUMBERS), item_id=wanted.item_id, quantity=wanted.quantity)
    KEPT[order.id] = order
    task = asyncio.create_task(_later(self, wanted, key))
    TASKS.add(task)
    task.add_done_callback(TASKS.discard)
    return Placed(order, replayed=False)


async def _later(book: OrderBook, wanted: OrderRequest, key: str) -> None:
    await asyncio.sleep(DELAY_SECONDS)
    await book._placed(wanted, key, Lease())


async def order(connection: AsyncConnection, number: int) -> Order:
    """What is in the queue can be read, too."""
    return KEPT.get(number) or await careful(connection, number)


def create_app() -> FastAPI:
    """The reference app with a queue in memory."""
    replace(OrderBook, "place", place)
    replace(repository, "order", order)
    return main.create_app()
