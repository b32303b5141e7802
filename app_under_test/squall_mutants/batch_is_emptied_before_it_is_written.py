"""Changes of the stock are summed up and written together; the sum is set to zero first.

Mistake: the batch is taken out of memory before it stands in the database.
Outage: some statements are cancelled by the server.
Symptom: orders whose stock was never taken.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.errors import ServiceError
from squall_reference.orders import repository
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline, deadline_in

from squall_mutants.no_transaction import TAKE
from squall_mutants.reads_then_writes_the_stock import PLACE
from squall_mutants.shared import replace

EXPOSED_BY = ("statements-cancelled", "database-crash-restart", "any-statement-cancelled")
SET = "fifth"

PAUSE_SECONDS = 0.05
TAKEN: Counter[int] = Counter()
TASKS: list[asyncio.Task[None]] = []
careful = OrderBook.place


async def take(batch: Counter[int], held: AsyncConnection) -> None:
    """The whole batch."""
    for number, quantity in batch.items():
        await held.execute(TAKE, {"id": number, "quantity": quantity})


async def write(book: OrderBook) -> None:
    """From time to time."""
    while True:
        await asyncio.sleep(PAUSE_SECONDS)
        batch = Counter(TAKEN)
        TAKEN.clear()
        try:
            await book.read(partial(take, batch), deadline_in(1.0))
        except ServiceError:
            continue


async def place(self: OrderBook, wanted: OrderRequest, key: str, deadline: Deadline) -> Placed:
    """The order now, the stock with others."""
    if not TASKS:
        TASKS.append(asyncio.create_task(write(self)))
    placed = await careful(self, wanted, key, deadline)
    if not placed.replayed:
        TAKEN[wanted.item_id] += wanted.quantity
    return placed


def create_app() -> FastAPI:
    """The reference app that writes in batches."""
    replace(repository, "PLACE", PLACE)
    replace(OrderBook, "place", place)
    return main.create_app()
