"""An order that equals one under way gets that one's answer.

Mistake: "a double click", told by the body and not by the key.
Outage: the database is slow, so that more orders are under way at the same time.
Symptom: two callers get one order.
"""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from squall_reference import main
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline

from squall_mutants.shared import replace

EXPOSED_BY = ("slow-network", "pool-exhausted-by-slow-queries")
SET = "sixth"

UNDER_WAY: dict[OrderRequest, asyncio.Task[Placed]] = {}

careful = OrderBook.place


async def place(self: OrderBook, wanted: OrderRequest, key: str, deadline: Deadline) -> Placed:
    """One of a kind at a time."""
    same = UNDER_WAY.get(wanted)
    if same is not None:
        return await asyncio.shield(same)
    task = asyncio.ensure_future(careful(self, wanted, key, deadline))
    UNDER_WAY[wanted] = task
    task.add_done_callback(lambda _done: UNDER_WAY.pop(wanted, None))
    return await task


def create_app() -> FastAPI:
    """The reference app that knows double clicks."""
    replace(OrderBook, "place", place)
    return main.create_app()
