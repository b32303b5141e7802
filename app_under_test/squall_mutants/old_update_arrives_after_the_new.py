"""An update that failed is tried again in the background, after newer ones.

Mistake: "the caller has been told, but it costs nothing to try again later".
Outage: updates fail, and others of the same item succeed in the meantime.
Symptom: an acknowledged value is replaced by an older one, which was refused.
"""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import ServiceError, Transient
from squall_reference.orders.model import Stock, StockRequest
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline, current, deadline_in

from squall_mutants.shared import replace

EXPOSED_BY = ("statements-cancelled", "any-statement-cancelled", "known-outage")
SET = "sixth"
LOAD = "set-stock"

LATER_SECONDS = 0.3
TRIES = 20
TASKS: set[asyncio.Task[None]] = set()

careful = OrderBook.set_stock


async def later(book: OrderBook, number: int, wanted: StockRequest) -> None:
    """Until it works."""
    for _ in range(TRIES):
        await asyncio.sleep(LATER_SECONDS)
        deadline = deadline_in(1)
        current.set(deadline)
        try:
            await careful(book, number, wanted, deadline)
        except ServiceError:
            continue
        return


async def set_stock(
    self: OrderBook, number: int, wanted: StockRequest, deadline: Deadline
) -> Stock:
    """Now, or later."""
    try:
        return await careful(self, number, wanted, deadline)
    except Transient:
        task = asyncio.create_task(later(self, number, wanted))
        TASKS.add(task)
        task.add_done_callback(TASKS.discard)
        raise


def create_app() -> FastAPI:
    """The reference app that does not give up."""
    replace(OrderBook, "set_stock", set_stock)
    return main.create_app()
