"""When the database cannot be asked, the stock is 0.

Mistake: a default for what is not known, so that the shop's page stays up.
Outage: any in which the database does not answer.
Symptom: a 200 that says "sold out", with nothing that tells it from the truth.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import DeadlineExceeded, Transient
from squall_reference.orders.model import Item
from squall_reference.orders.service import OrderBook, Query, T
from squall_reference.resilience.deadline import Deadline

from squall_mutants.shared import replace

EXPOSED_BY = (
    "unreachable-host",
    "dropped-connections",
    "rows-cannot-be-read-back",
    "known-outage",
    "silent-network",
)
SET = "eighth"
LOAD = "read-stock"

careful = OrderBook.read


async def read(self: OrderBook, query: Query[T], deadline: Deadline, *, patient: bool = True) -> T:
    """The stock, or none."""
    if not query.__qualname__.startswith("read_stock."):
        return await careful(self, query, deadline, patient=patient)
    try:
        return await careful(self, query, deadline, patient=patient)
    except (Transient, DeadlineExceeded):
        number = next(cell.cell_contents for cell in query.__closure__ or ())
        return Item(id=number, name="", stock=0)  # type: ignore[return-value] # that query's


def create_app() -> FastAPI:
    """The reference app with a default."""
    replace(OrderBook, "read", read)
    return main.create_app()
