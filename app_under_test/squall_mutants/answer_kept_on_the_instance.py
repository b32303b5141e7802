"""The result of a repeat is kept in an attribute that all requests share.

Mistake: the retry helper returns nothing, so its result is left on the service.
Outage: transactions fail with 40001, and several are repeated at the same time.
Symptom: a caller gets another one's order.
"""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import ServiceError
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.storage.lease import Lease

from squall_mutants.shared import replace

EXPOSED_BY = ("hot-row", "serialization-failures")
SET = "fourth"

LAST: list[Placed] = []
careful = OrderBook._placed


async def placed(self: OrderBook, wanted: OrderRequest, key: str, lease: Lease) -> Placed:
    """The first attempt answers itself; a repeat leaves its answer."""
    try:
        return await careful(self, wanted, key, lease)
    except ServiceError as error:
        if not getattr(error, "repeat", False):
            raise
    found = await careful(self, wanted, key, lease)
    LAST[:] = [found]
    await asyncio.sleep(0.01)  # reports the repeat
    return LAST[0]


def create_app() -> FastAPI:
    """The reference app that shares an attribute."""
    replace(OrderBook, "_placed", placed)
    return main.create_app()
