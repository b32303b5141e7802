"""A stock is read, and the difference to what is wanted is added.

Mistake: the difference is that to a stock which another update has changed meanwhile.
Outage: two updates of one item at once, or statements that take longer.
Symptom: a stock that nobody asked for.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders import repository
from squall_reference.orders.model import Stock, StockRequest

from squall_mutants.shared import replace

EXPOSED_BY = ("callers-want-the-same", "reads-answered-late", "slow-network", "some-commits-fail")
SET = "eleventh"
LOAD = "set-hot-stock"
ADD = text("UPDATE items SET stock = stock + :more WHERE id = :id RETURNING stock")


async def set_stock(connection: AsyncConnection, number: int, wanted: StockRequest) -> Stock:
    """As many more, or less, as are missing."""
    before = await repository.item(connection, number)
    values = {"id": number, "more": wanted.stock - before.stock}
    after = (await connection.execute(ADD, values)).scalar_one()
    return Stock(item_id=number, stock=after)


def create_app() -> FastAPI:
    """The reference app that adds what is missing."""
    replace(repository, "set_stock", set_stock)
    return main.create_app()
