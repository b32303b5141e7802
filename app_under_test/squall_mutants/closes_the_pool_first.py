"""At SIGTERM the pool is closed, and then requests are finished.

Mistake: the resources are closed in the order in which they were made.
Outage: a new version is deployed while requests are under way.
Symptom: each deploy refuses the requests that are under way.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference.errors import Unreachable
from squall_reference.orders.service import OrderBook, Query, T
from squall_reference.storage.lease import Lease

from squall_mutants.shared import replace
from squall_mutants.shared.at_sigterm import Then, app_that_ends

EXPOSED_BY = ("deploy-while-requests-run",)
CAUGHT_BY = ("finishes-requests",)
SET = "second"

CLOSED: list[bool] = []

careful = OrderBook._written


async def written(self: OrderBook, work: Query[T], lease: Lease) -> T:
    """With the pool, while it is open."""

    async def using(held: AsyncConnection) -> T:
        found = await work(held)
        if CLOSED:
            raise Unreachable
        return found

    return await careful(self, using, lease)


def close(_app: FastAPI, then: Then) -> None:
    """First the pool."""
    CLOSED.append(True)
    then()


def create_app() -> FastAPI:
    """The reference app that ends in the wrong order."""
    replace(OrderBook, "_written", written)
    return app_that_ends(close)
