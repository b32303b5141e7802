"""The stock is taken in a background task after the answer.

Mistake: "it makes the answer quicker"; an error of the task is logged.
Outage: some statements are cancelled by the server.
Symptom: orders whose stock was never taken.
"""

from __future__ import annotations

import asyncio

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

EXPOSED_BY = ("any-statement-cancelled",)
SET = "fourth"

TASKS: set[asyncio.Task[None]] = set()
careful = OrderBook.place


async def place(self: OrderBook, wanted: OrderRequest, key: str, deadline: Deadline) -> Placed:
    """The order now, the stock soon."""
    placed = await careful(self, wanted, key, deadline)
    if not placed.replayed:
        task = asyncio.create_task(_take(self, wanted))
        TASKS.add(task)
        task.add_done_callback(TASKS.discard)
    return placed


async def _take(self: OrderBook, wanted: OrderRequest) -> None:
    async def take(held: AsyncConnection) -> None:
        await held.execute(TAKE, {"id": wanted.item_id, "quantity": wanted.quantity})

    try:
        await self.read(take, deadline_in(1.0))
    except ServiceError:
        return


def create_app() -> FastAPI:
    """The reference app that counts later."""
    replace(repository, "PLACE", PLACE)
    replace(OrderBook, "place", place)
    return main.create_app()
