"""The stock is counted in memory, and an error takes nothing back.

Mistake: the counter changes with the statement, before the commit, and no error path knows of it.
Outage: statements and commits fail.
Symptom: the stock that is shown and the stock that is stored drift apart, for good.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.api import items
from squall_reference.api.deps import Copies
from squall_reference.orders import repository
from squall_reference.orders.model import Item, OrderRequest, Stock, StockRequest
from squall_reference.orders.repository import Placed

from squall_mutants.shared import replace

EXPOSED_BY = ("commit-refused", "sessions-terminated", "any-statement-cancelled")
SET = "sixth"
LOAD = "read-stock"

COUNTED: dict[int, int] = {}

careful_fill, careful_place = items.fill, repository.place
careful_item, careful_set = repository.item, repository.set_stock


async def fill(engine_read: Callable[[], Awaitable[list[Item]]], copies: Copies) -> None:
    """Begin with what is stored."""
    COUNTED.update({item.id: item.stock for item in await engine_read()})
    await careful_fill(engine_read, copies)


async def place(connection: AsyncConnection, wanted: OrderRequest, key: str) -> Placed:
    """Count down."""
    placed = await careful_place(connection, wanted, key)
    if not placed.replayed and wanted.item_id in COUNTED:
        COUNTED[wanted.item_id] -= wanted.quantity
    return placed


async def set_stock(connection: AsyncConnection, number: int, wanted: StockRequest) -> Stock:
    """Begin again."""
    found = await careful_set(connection, number, wanted)
    COUNTED[number] = found.stock
    return found


async def item(connection: AsyncConnection, number: int) -> Item:
    """With the stock that was counted."""
    found = await careful_item(connection, number)
    return found.model_copy(update={"stock": COUNTED.setdefault(number, found.stock)})


def create_app() -> FastAPI:
    """The reference app with a counter."""
    replace(items, "fill", fill)
    replace(repository, "place", place)
    replace(repository, "set_stock", set_stock)
    replace(repository, "item", item)
    return main.create_app()
