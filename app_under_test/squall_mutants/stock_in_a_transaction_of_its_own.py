"""The stock is taken on a connection of its own, before the order.

Mistake: the repository opens its own session, so two repositories are two transactions.
Outage: COMMITs are lost on their way to the server.
Symptom: the order is repeated, and its stock is taken twice.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.orders import repository
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.storage.lease import Lease

from squall_mutants.no_transaction import TAKE
from squall_mutants.reads_then_writes_the_stock import PLACE
from squall_mutants.shared import replace

EXPOSED_BY = ("commit-lost-in-transit",)
CAUGHT_BY = ("conservation",)
SET = "second"

careful = OrderBook._placed


async def placed(self: OrderBook, wanted: OrderRequest, key: str, lease: Lease) -> Placed:
    """First the stock, in autocommit, then the order."""
    async with self._engine.connect() as held:
        values = {"id": wanted.item_id, "quantity": wanted.quantity}
        await held.execute(TAKE, values)
    return await careful(self, wanted, key, lease)


def create_app() -> FastAPI:
    """The reference app with two transactions."""
    replace(repository, "PLACE", PLACE)
    replace(OrderBook, "_placed", placed)
    return main.create_app()
