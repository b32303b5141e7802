"""Of the updates of one item that wait, only the newest is done; the others are told success.

Mistake: "whoever comes last wins anyway", and nobody asks whether the last one is done.
Outage: the newest update fails, or the process ends before it is done.
Symptom: updates that were acknowledged, and nothing of them was ever committed.
"""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from squall_reference import main
from squall_reference.orders.model import Stock, StockRequest
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline

from squall_mutants.shared import replace

EXPOSED_BY = (
    "callers-want-the-same",
    "commit-refused",
    "hot-row",
    "database-crash-restart",
    "slow-commits",
)
SET = "ninth"
LOAD = "set-hot-stock"

set_stock = OrderBook.set_stock
busy: set[int] = set()
newest: dict[int, asyncio.Future[bool]] = {}


async def superseding(
    self: OrderBook, number: int, wanted: StockRequest, deadline: Deadline
) -> Stock:
    """Done, or superseded, which is taken for the same."""
    if number in busy:
        older = newest.pop(number, None)
        if older is not None and not older.done():
            older.set_result(False)
        newest[number] = mine = asyncio.get_running_loop().create_future()
        if not await mine:
            return Stock(item_id=number, stock=wanted.stock)
    busy.add(number)
    try:
        return await set_stock(self, number, wanted, deadline)
    finally:
        following = newest.pop(number, None)
        if following is None or following.done():
            busy.discard(number)
        else:
            following.set_result(True)


def create_app() -> FastAPI:
    """The reference app that skips updates."""
    replace(OrderBook, "set_stock", superseding)
    return main.create_app()
