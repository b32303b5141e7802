"""After a COMMIT without an answer the newest order is taken for the own one.

Mistake: ``ORDER BY id DESC LIMIT 1``, because nobody else writes on a developer's machine.
Outage: the replies to COMMIT are lost.
Symptom: another caller's order, or a success that never happened.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from squall_reference import main
from squall_reference.errors import Ambiguous
from squall_reference.orders.model import Order, OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.storage.engine import connection
from squall_reference.storage.lease import Lease
from squall_reference.storage.translate import translate_errors

from squall_mutants.shared import replace

EXPOSED_BY = ("commit-reply-lost", "commit-lost-in-transit")
SET = "sixth"

NEWEST = text("SELECT id, item_id, quantity FROM orders ORDER BY id DESC LIMIT 1")

careful = OrderBook._placed


async def placed(self: OrderBook, wanted: OrderRequest, key: str, lease: Lease) -> Placed:
    """The order, or what must be the order."""
    try:
        return await careful(self, wanted, key, lease)
    except Ambiguous:
        with translate_errors():
            async with connection(self._engine, lease) as held:
                row = (await held.execute(NEWEST)).one()
        order = Order(id=row.id, item_id=row.item_id, quantity=row.quantity)
        return Placed(order, replayed=True)


def create_app() -> FastAPI:
    """The reference app that looks for the newest."""
    replace(OrderBook, "_placed", placed)
    return main.create_app()
