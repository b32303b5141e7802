"""The key of a write that failed stays in flight.

Mistake: the key is noted before the work, and taken away after it, without a finally.
Outage: writes fail, and their clients repeat them.
Symptom: 409 to every repeat, for ever.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import InFlight
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline

from squall_mutants.shared import replace

EXPOSED_BY = ("callers-retry-what-failed",)
SET = "fourth"

UNDER_WAY: set[str] = set()
careful = OrderBook.place


async def place(self: OrderBook, wanted: OrderRequest, key: str, deadline: Deadline) -> Placed:
    """One at a time for each key."""
    if key in UNDER_WAY:
        raise InFlight
    UNDER_WAY.add(key)
    placed = await careful(self, wanted, key, deadline)
    UNDER_WAY.remove(key)
    return placed


def create_app() -> FastAPI:
    """The reference app that notes its keys."""
    replace(OrderBook, "place", place)
    return main.create_app()
