"""An order takes its item's lock by a try, and is refused when another order has it.

Mistake: a lock that another caller holds for a moment is taken for a conflict.
Outage: transactions take longer than usual.
Symptom: 409 for orders of different callers that only want the same item.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.errors import Rejected
from squall_reference.orders import repository
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed

from squall_mutants.shared import replace

EXPOSED_BY = (
    "slow-commits",
    "slow-network",
    "callers-want-the-same",
    "pool-exhausted-by-slow-queries",
)
SET = "eleventh"
TRY = text("SELECT pg_try_advisory_xact_lock(77, :item_id)")
place_order = repository.place


class Busy(Rejected):
    """Another order of the item has not ended."""

    status = 409
    title = "Busy"


async def place(connection: AsyncConnection, wanted: OrderRequest, key: str) -> Placed:
    """One order of an item at a time."""
    if not (await connection.execute(TRY, {"item_id": wanted.item_id})).scalar_one():
        raise Busy
    return await place_order(connection, wanted, key)


def create_app() -> FastAPI:
    """The reference app with a lock for each item."""
    replace(repository, "place", place)
    return main.create_app()
