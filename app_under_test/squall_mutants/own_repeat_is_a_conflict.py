"""A key that is there already is answered with 409.

Mistake: a unique constraint on the key, and ``except IntegrityError: raise HTTPException(409)``.
Outage: the reply to COMMIT is lost, or callers repeat what they got no answer to.
Symptom: the order was placed, and its only caller is told of a conflict.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import AlreadyThere
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline

from squall_mutants.shared import replace

EXPOSED_BY = (
    "commit-reply-lost",
    "callers-retry-what-failed",
    "callers-repeat-after-a-restart",
    "callers-retry-what-timed-out",
    "callers-repeat-at-once",
)
SET = "fourteenth"

careful = OrderBook.place


async def place(self: OrderBook, wanted: OrderRequest, key: str, deadline: Deadline) -> Placed:
    """Place an order, and refuse one whose key is there."""
    placed = await careful(self, wanted, key, deadline)
    if placed.replayed:
        raise AlreadyThere
    return placed


def create_app() -> FastAPI:
    """The reference app that refuses repeats."""
    replace(OrderBook, "place", place)
    return main.create_app()
