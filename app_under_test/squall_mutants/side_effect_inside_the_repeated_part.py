"""Something outside of the transaction is done in each attempt.

Mistake: the stock is booked in a transaction of its own, by a function that is repeated.
Outage: inserts fail with 40001 and are run again.
Symptom: one order, and the stock is taken two or three times.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from squall_reference import main
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.storage.engine import connection
from squall_reference.storage.lease import Lease
from squall_reference.storage.translate import translate_errors

from squall_mutants.shared import replace

EXPOSED_BY = ("serialization-failures",)
CAUGHT_BY = ("conservation",)


TAKE = text("UPDATE items SET stock = stock + :by WHERE id = :id")

careful = OrderBook._placed


async def placed(self: OrderBook, wanted: OrderRequest, key: str, lease: Lease) -> Placed:
    """Reserve, order, and end the reservation when the order stands."""
    await _moved(self, wanted.item_id, -wanted.quantity)
    done = await careful(self, wanted, key, lease)
    await _moved(self, wanted.item_id, wanted.quantity)
    return done


async def _moved(book: OrderBook, item: int, by: int) -> None:
    with translate_errors():
        async with connection(book._engine, Lease()) as held:
            await held.execute(TAKE, {"id": item, "by": by})


def create_app() -> FastAPI:
    """The reference app with a reservation of its own."""
    replace(OrderBook, "_placed", placed)
    return main.create_app()
