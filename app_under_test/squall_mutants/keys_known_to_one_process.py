"""Idempotency keys are kept in the memory of the process.

Mistake: a dictionary is quick, and "the app does not restart that often".
Outage: the app is killed and started again; clients repeat what was not answered.
Symptom: the same key once more, and a second order.
"""

from __future__ import annotations

from uuid import uuid4

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import InFlight
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline

from squall_mutants.shared import replace

EXPOSED_BY = ("callers-repeat-after-a-restart",)
CAUGHT_BY = ("one-effect",)
SET = "second"

ANSWERED: dict[str, Placed] = {}
BEGUN: set[str] = set()

careful = OrderBook.place


async def place(self: OrderBook, wanted: OrderRequest, key: str, deadline: Deadline) -> Placed:
    """The remembered answer, or an order under a key that nobody else knows."""
    if key in ANSWERED:
        return Placed(ANSWERED[key].order, replayed=True)
    if key in BEGUN:
        raise InFlight
    BEGUN.add(key)
    try:
        ANSWERED[key] = await careful(self, wanted, uuid4().hex, deadline)
        return ANSWERED[key]
    finally:
        BEGUN.discard(key)


def create_app() -> FastAPI:
    """The reference app with keys in memory."""
    replace(OrderBook, "place", place)
    return main.create_app()
