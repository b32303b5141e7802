"""The stock is read with ``FOR UPDATE``, "to be exact".

Mistake: a read takes the lock of a write.
Outage: a write holds the row, or only reads are possible.
Symptom: reads of the stock wait behind writes, and fail where only writes should.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference.api.deps import DeskDep, Number
from squall_reference.errors import NotFound
from squall_reference.orders import repository
from squall_reference.orders.model import Stock

from squall_mutants.shared.routes import app_that_reads

EXPOSED_BY = (
    "long-transaction-holds-rows",
    "replica-promoted-read-only",
    "slow-commits",
    "callers-want-the-same",
)
SET = "tenth"
LOAD = "read-stock"
EXACTLY = text(f"{repository.ITEM.text} FOR UPDATE")


async def read_stock(number: Number, desk: DeskDep) -> Stock:
    """How many are left, exactly."""

    async def query(held: AsyncConnection) -> Stock:
        row = (await held.execute(EXACTLY, {"id": number})).one_or_none()
        if row is None:
            raise NotFound
        return Stock(item_id=row.id, stock=row.stock)

    return await desk.book.read(query, desk.deadline)


def create_app() -> FastAPI:
    """The reference app with another read of the stock."""
    return app_that_reads("/items/{number}/stock", read_stock)
