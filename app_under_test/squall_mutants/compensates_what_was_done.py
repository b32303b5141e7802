"""After an unknown COMMIT the stock is given back.

Mistake: a compensation for work that may have been done.
Outage: the answer to COMMIT is lost.
Symptom: the order stands, and its stock does as well.
"""

from __future__ import annotations

from contextlib import suppress

from fastapi import FastAPI
from sqlalchemy import text
from squall_reference import main
from squall_reference.errors import Ambiguous
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.storage.lease import Lease

from squall_mutants.shared import replace

EXPOSED_BY = ("commit-reply-lost",)
SET = "third"

GIVE_BACK = text("UPDATE items SET stock = stock + :quantity WHERE id = :item_id")

careful = OrderBook._placed


async def placed(self: OrderBook, wanted: OrderRequest, key: str, lease: Lease) -> Placed:
    """The reference's attempt, and its compensation."""
    try:
        return await careful(self, wanted, key, lease)
    except Ambiguous:
        with suppress(Exception):
            async with self._engine.connect() as held:
                await held.execute(GIVE_BACK, wanted.model_dump())
        raise


def create_app() -> FastAPI:
    """The reference app that compensates."""
    replace(OrderBook, "_placed", placed)
    return main.create_app()
