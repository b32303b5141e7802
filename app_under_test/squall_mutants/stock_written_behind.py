"""A stock count is kept in memory, and a task writes what has changed every 200 ms.

Mistake: writes are gathered to spare the database, and acknowledged before they are there.
Outage: the process is killed, or told to end, between two rounds of the task.
Symptom: counts that were acknowledged are not in the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference.errors import ServiceError
from squall_reference.orders import repository
from squall_reference.orders.model import Item, Stock, StockRequest
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline
from squall_reference.storage.lease import Lease

from squall_mutants.shared import replace
from squall_mutants.shared.lifespan import app_with

EXPOSED_BY = (
    "app-crash",
    "database-crash-restart",
    "deploy-under-load",
    "disk-full",
    "callers-repeat-after-a-restart",
)
SET = "eighth"
LOAD = "set-stock"
PAUSE_SECONDS = 0.2

log = structlog.get_logger("orders")
careful = repository.item
changed: dict[int, int] = {}


async def set_stock(
    _self: OrderBook, number: int, wanted: StockRequest, _deadline: Deadline
) -> Stock:
    """Remember it."""
    changed[number] = wanted.stock
    return Stock(item_id=number, stock=wanted.stock)


async def item(connection: AsyncConnection, number: int) -> Item:
    """With what is not written yet."""
    found = await careful(connection, number)
    return found.model_copy(update={"stock": changed.get(number, found.stock)})


async def write(book: OrderBook) -> None:
    """One round; what fails is tried again in the next one."""
    for number, stock in list(changed.items()):
        wanted = StockRequest(stock=stock)

        async def change(
            held: AsyncConnection, number: int = number, wanted: StockRequest = wanted
        ) -> Stock:
            return await repository.set_stock(held, number, wanted)

        try:
            await book._written(change, Lease(0.5))
        except ServiceError:
            log.warning("the counts are written later", waiting=len(changed))
            return
        if changed.get(number) == stock:
            del changed[number]


@asynccontextmanager
async def writing(app: FastAPI) -> AsyncIterator[None]:
    """As long as the app serves."""

    async def always() -> None:
        while True:
            await asyncio.sleep(PAUSE_SECONDS)
            await write(app.state.book)

    task = asyncio.create_task(always())
    yield
    task.cancel()


def create_app() -> FastAPI:
    """The reference app that writes behind."""
    replace(OrderBook, "set_stock", set_stock)
    replace(repository, "item", item)
    return app_with(writing)
