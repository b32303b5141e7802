"""A lock that is not granted in time is answered "out of stock".

Mistake: whatever keeps the stock from being changed is a lack of stock.
Outage: another transaction holds the rows.
Symptom: 409 for items that are there; clients do not come back.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import OutOfStock, Transient
from squall_reference.orders.service import OrderBook, Query, T
from squall_reference.storage.lease import Lease

from squall_mutants.shared import replace

EXPOSED_BY = ("long-transaction-holds-rows", "table-locked-by-a-migration")
SET = "third"

NOT_AVAILABLE = "55P03"

careful = OrderBook._written


async def written(self: OrderBook, work: Query[T], lease: Lease) -> T:
    """The reference's transaction, with another error."""
    try:
        return await careful(self, work, lease)
    except Transient as error:
        if error.sqlstate == NOT_AVAILABLE:
            raise OutOfStock from error
        raise


def create_app() -> FastAPI:
    """The reference app that sells out too soon."""
    replace(OrderBook, "_written", written)
    return main.create_app()
