"""The order is committed first, and its answer is kept under its key in a second transaction.

Mistake: "first the work, then the record of it", with a unique key that makes the rest an error.
Outage: something breaks between the two COMMITs, and the caller repeats.
Symptom: the repeat of an order that stands is refused as a conflict.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.errors import AlreadyThere, KeyReused, NotFound
from squall_reference.orders.idempotency import ANSWER
from squall_reference.orders.model import Order, OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.storage.lease import Lease

from squall_mutants.shared import replace

EXPOSED_BY = (
    "commit-reply-lost",
    "callers-retry-what-failed",
    "callers-repeat-after-a-restart",
    "database-crash-restart",
    "commit-reply-held",
)
SET = "eighth"

PLACE = text(
    """WITH placed AS (
        INSERT INTO orders (item_id, quantity, idempotency_key)
        SELECT id, :quantity, CAST(:key AS text) FROM items WHERE id = :item_id
        ON CONFLICT (idempotency_key) DO NOTHING
        RETURNING id, item_id, quantity
    ), taken AS (
        UPDATE items SET stock = stock - placed.quantity FROM placed
        WHERE items.id = placed.item_id
    ) SELECT id, item_id, quantity FROM placed"""
)
THERE = text("SELECT count(*) FROM items WHERE id = :item_id")
KEEP = text(
    """INSERT INTO answers (operation, idempotency_key, request_hash, status, body)
    VALUES ('place-order', :key, :digest, 201, :body) ON CONFLICT DO NOTHING"""
)


async def placed(self: OrderBook, wanted: OrderRequest, key: str, lease: Lease) -> Placed:
    """The order, and then its answer."""
    values = {**wanted.model_dump(), "key": key, "digest": wanted.digest()}

    async def work(held: AsyncConnection) -> Placed:
        asked = {"operation": "place-order", "key": key}
        found = (await held.execute(ANSWER, asked)).one_or_none()
        if found is not None:
            if found.request_hash != values["digest"]:
                raise KeyReused
            return Placed(Order.model_validate_json(found.body), replayed=True)
        row = (await held.execute(PLACE, values)).one_or_none()
        if row is None:
            there = (await held.execute(THERE, {"item_id": wanted.item_id})).scalar_one()
            raise AlreadyThere if there else NotFound
        order = Order(id=row.id, item_id=row.item_id, quantity=row.quantity)
        return Placed(order, replayed=False)

    async def keep(held: AsyncConnection) -> None:
        await held.execute(KEEP, {**values, "body": made.order.model_dump_json()})

    made = await self._written(work, lease)
    if not made.replayed:
        await self._written(keep, lease)
    return made


def create_app() -> FastAPI:
    """The reference app that keeps its answers afterwards."""
    replace(OrderBook, "_placed", placed)
    return main.create_app()
