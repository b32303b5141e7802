"""The last number is read at the start, and counted on in memory.

Mistake: the process is thought to be the only one that writes.
Outage: a second process starts beside the first.
Symptom: both give the same numbers, and one of them fails.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from squall_reference import main
from squall_reference.errors import NotFound, OutOfStock
from squall_reference.orders import repository
from squall_reference.orders.idempotency import once
from squall_reference.orders.model import Item, Order, OrderRequest
from squall_reference.orders.repository import Placed

from squall_mutants.shared import replace

EXPOSED_BY = ("rolling-deploy", "callers-repeat-after-a-restart", "app-restarts-in-an-outage")
SET = "sixth"

LAST = text("SELECT coalesce(max(id), 0) FROM orders")
NUMBERS: list[Iterator[int]] = []

careful = main._first_page


async def first_page(engine: AsyncEngine) -> list[Item]:
    """The catalogue, and where to count on."""
    async with engine.connect() as held:
        NUMBERS[:] = [itertools.count((await held.execute(LAST)).scalar_one() + 1)]
    return await careful(engine)


async def place(connection: AsyncConnection, wanted: OrderRequest, key: str) -> Placed:
    """With the next number."""
    values = {**wanted.model_dump(), "key": key, "digest": wanted.digest()}
    values["number"] = next(NUMBERS[0])
    kept = await once(connection, "place-order", repository.PLACE, values)
    if kept is None:
        raise NotFound
    if not kept.done:
        raise OutOfStock
    return Placed(Order.model_validate_json(kept.body), kept.replayed)


def create_app() -> FastAPI:
    """The reference app that counts."""
    statement = repository.PLACE.text
    statement = statement.replace(
        "orders (item_id, quantity, idempotency_key)",
        "orders (id, item_id, quantity, idempotency_key) OVERRIDING SYSTEM VALUE",
    ).replace("SELECT items.id, :quantity", "SELECT CAST(:number AS bigint), items.id, :quantity")
    replace(repository, "PLACE", text(statement))
    replace(repository, "place", place)
    replace(main, "_first_page", first_page)
    return main.create_app()
