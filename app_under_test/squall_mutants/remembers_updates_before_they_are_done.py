"""An update that is equal to the last one is skipped; the last one is noted before it has worked.

Mistake: the note stands before the work, and no error takes it away.
Outage: updates fail, and their callers repeat them.
Symptom: the repeat is acknowledged, and the old value stands.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.orders.model import Stock, StockRequest
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline

from squall_mutants.shared import replace

EXPOSED_BY = ("callers-retry-what-failed", "statements-cancelled")
SET = "fifth"
LOAD = "set-stock"

LAST: dict[int, int] = {}
careful = OrderBook.set_stock


async def set_stock(
    self: OrderBook, number: int, wanted: StockRequest, deadline: Deadline
) -> Stock:
    """Nothing to do if it is so already."""
    if LAST.get(number) == wanted.stock:
        return Stock(item_id=number, stock=wanted.stock)
    LAST[number] = wanted.stock
    return await careful(self, number, wanted, deadline)


def create_app() -> FastAPI:
    """The reference app that skips updates."""
    replace(OrderBook, "set_stock", set_stock)
    return main.create_app()
