"""How a mutant answers the repeat of an order that was placed."""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Rejected
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline

from squall_mutants.shared import replace


def app_that_refuses_repeats(error: type[Rejected]) -> FastAPI:
    """The reference app that answers a repeat of what is done with this error."""
    careful = OrderBook.place

    async def place(self: OrderBook, wanted: OrderRequest, key: str, deadline: Deadline) -> Placed:
        placed = await careful(self, wanted, key, deadline)
        if placed.replayed:
            raise error
        return placed

    replace(OrderBook, "place", place)
    return main.create_app()
