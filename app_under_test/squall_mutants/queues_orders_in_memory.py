"""In an outage orders are acknowledged and kept in memory until the database is back.

Mistake: "no order is lost" is true only while the process lives.
Outage: the database is down for seconds, and the app is restarted meanwhile.
Symptom: acknowledged, and nowhere.
"""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.errors import Ambiguous, DeadlineExceeded, ServiceError, Transient
from squall_reference.orders import repository
from squall_reference.orders.model import Order, OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline, deadline_in

from squall_mutants.shared import replace
from squall_mutants.writes_behind import KEPT, NUMBERS, TASKS

EXPOSED_BY = ("app-restarts-in-an-outage",)
CAUGHT_BY = ("no-acknowledged-write-lost",)
SET = "second"

PAUSE_SECONDS = 0.2

careful = OrderBook.place
careful_read = repository.order


async def place(self: OrderBook, wanted: OrderRequest, key: str, deadline: Deadline) -> Placed:
    """The reference's answer; in an outage a promise."""
    try:
        return await careful(self, wanted, key, deadline)
    except (Transient, Ambiguous, DeadlineExceeded):
        order = Order(id=next(NUMBERS), item_id=wanted.item_id, quantity=wanted.quantity)
        KEPT[order.id] = order
        task = asyncio.create_task(_until_it_works(self, wanted, key))
        TASKS.add(task)
        task.add_done_callback(TASKS.discard)
        return Placed(order, replayed=False)


async def _until_it_works(book: OrderBook, wanted: OrderRequest, key: str) -> None:
    while True:
        await asyncio.sleep(PAUSE_SECONDS)
        try:
            await careful(book, wanted, key, deadline_in(1.0))
        except ServiceError:
            continue
        return


async def order(connection: AsyncConnection, number: int) -> Order:
    """What is in the queue can be read, too."""
    return KEPT.get(number) or await careful_read(connection, number)


def create_app() -> FastAPI:
    """The reference app with a queue for bad times."""
    replace(OrderBook, "place", place)
    replace(repository, "order", order)
    return main.create_app()
