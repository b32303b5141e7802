"""When the outcome of an order is unknown, the answer kept under its key is deleted.

Mistake: "clean up, so that the caller can try again": the work may be done, and is not undone.
Outage: a COMMIT whose answer is late or lost, and a caller that repeats.
Symptom: the repeat of an order that stands is answered 404.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from fastapi import FastAPI
from sqlalchemy import text
from squall_reference import main
from squall_reference.errors import Ambiguous, DeadlineExceeded
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline

from squall_mutants.shared import replace

EXPOSED_BY = (
    "callers-retry-what-timed-out",
    "callers-retry-what-failed",
    "commit-reply-held",
    "commit-reply-lost",
    "lost-responses",
)
SET = "ninth"
FORGET = text("DELETE FROM answers WHERE operation = 'place-order' AND idempotency_key = :key")
TRIES = 20

place = OrderBook.place
cleaning: set[asyncio.Task[None]] = set()


async def forget(self: OrderBook, key: str) -> None:
    """As soon as the database is there."""
    for _ in range(TRIES):
        with suppress(Exception):
            async with self._engine.connect() as held:
                await held.execute(FORGET, {"key": key})
            return
        await asyncio.sleep(0.1)


async def cleaned(self: OrderBook, wanted: OrderRequest, key: str, deadline: Deadline) -> Placed:
    """Place it, and forget its key if nobody knows whether that happened."""
    try:
        return await place(self, wanted, key, deadline)
    except (Ambiguous, DeadlineExceeded):
        task = asyncio.create_task(forget(self, key))
        cleaning.add(task)
        task.add_done_callback(cleaning.discard)
        raise


def create_app() -> FastAPI:
    """The reference app that cleans up what it does not know."""
    replace(OrderBook, "place", cleaned)
    return main.create_app()
