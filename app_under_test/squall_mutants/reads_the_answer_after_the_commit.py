"""The answer is read after COMMIT; when that fails, the request is refused.

Mistake: "refresh" after the transaction, with the same error handling as the transaction.
Outage: the second statement of a request is refused, or the connection ends between the two.
Symptom: "nothing was changed", and the order stands.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.orders import repository
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline

from squall_mutants.shared import replace

EXPOSED_BY = ("rows-cannot-be-read-back", "database-crash-restart")
SET = "third"

careful = OrderBook.place


async def place(self: OrderBook, wanted: OrderRequest, key: str, deadline: Deadline) -> Placed:
    """Place the order, then read it."""
    placed = await careful(self, wanted, key, deadline)
    order = await self.read(lambda held: repository.order(held, placed.order.id), deadline)
    return Placed(order, placed.replayed)


def create_app() -> FastAPI:
    """The reference app that reads what it has written."""
    replace(OrderBook, "place", place)
    return main.create_app()
