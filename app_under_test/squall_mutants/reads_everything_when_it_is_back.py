"""Each time the circuit closes, every copy is read again, several times at once.

Mistake: caches are warmed at the moment when everybody else comes back, too, without a limit.
Outage: the database is away, and returns.
Symptom: requests are shed after the heal.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference.errors import ServiceError
from squall_reference.orders import repository
from squall_reference.orders.model import Item
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.circuit_breaker import State
from squall_reference.resilience.deadline import current, deadline_in

from squall_mutants.shared.lifespan import app_with

EXPOSED_BY = ("database-crash-restart", "outage-three-times", "known-outage")
SET = "sixth"

TIMES, ITEMS = 5, 100
TASKS: set[asyncio.Task[None]] = set()


async def read(book: OrderBook, number: int) -> None:
    """One item, as a request would."""

    async def query(held: AsyncConnection) -> Item:
        return await repository.item(held, number)

    deadline = deadline_in(1)
    current.set(deadline)
    with suppress(ServiceError):
        await book.read(query, deadline)


def warm(book: OrderBook) -> None:
    """Everything, now."""
    for number in list(range(1, ITEMS + 1)) * TIMES:
        task = asyncio.create_task(read(book, number))
        TASKS.add(task)
        task.add_done_callback(TASKS.discard)


@asynccontextmanager
async def catching_up(app: FastAPI) -> AsyncIterator[None]:
    """Each time the circuit closes."""
    book: OrderBook = app.state.book
    book._guard.room.breaker.on_change(lambda state: warm(book) if state is State.CLOSED else None)
    yield


def create_app() -> FastAPI:
    """The reference app that catches up."""
    return app_with(catching_up)
