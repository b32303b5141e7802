"""The idempotency key is stored before the work, in another transaction.

Mistake: "first claim the key, then do the work": two commits, and a gap between them.
Outage: the work's transaction fails with 40001.
Symptom: the repeat finds the key and takes the work for done: acknowledged, and not there.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders import repository
from squall_reference.orders.model import Order, OrderRequest
from squall_reference.orders.repository import Placed

from squall_mutants.shared import replace

EXPOSED_BY = ("serialization-failures",)
CAUGHT_BY = ("no-acknowledged-write-lost",)


SEEN: set[str] = set()
"""The table of keys, in a store of its own."""

careful = repository.place


async def place(connection: AsyncConnection, wanted: OrderRequest, key: str) -> Placed:
    """Claim the key, then do the work; a key that is there means that the work was done."""
    if key in SEEN:
        return Placed(Order(id=1, item_id=wanted.item_id, quantity=wanted.quantity), replayed=True)
    SEEN.add(key)
    return await careful(connection, wanted, key)


def create_app() -> FastAPI:
    """The reference app with keys in a store of their own."""
    replace(repository, "place", place)
    return main.create_app()
