"""An update that failed is answered as if it were done.

Mistake: the answer is made of the request, and the error is logged.
Outage: some statements are cancelled by the server.
Symptom: acknowledged, and the old value stands.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Transient
from squall_reference.orders.model import Stock, StockRequest
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline

from squall_mutants.shared import replace

EXPOSED_BY = ("any-statement-cancelled",)
SET = "fourth"
LOAD = "set-stock"

careful = OrderBook.set_stock


async def set_stock(
    self: OrderBook, number: int, wanted: StockRequest, deadline: Deadline
) -> Stock:
    """Somebody will count again."""
    try:
        return await careful(self, number, wanted, deadline)
    except Transient:
        return Stock(item_id=number, stock=wanted.stock)


def create_app() -> FastAPI:
    """The reference app with updates at best."""
    replace(OrderBook, "set_stock", set_stock)
    return main.create_app()
