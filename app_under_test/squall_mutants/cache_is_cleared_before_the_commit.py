"""Reads are cached for good, and a write empties its entry before COMMIT.

Mistake: the entry is removed where the write begins. A read meanwhile brings the old value back.
Outage: each COMMIT takes a while.
Symptom: acknowledged updates are not seen, for as long as nobody writes again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Response
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.api import items
from squall_reference.api.deps import Desk
from squall_reference.orders.model import Item, Stock, StockRequest
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline

from squall_mutants.shared import replace

EXPOSED_BY = ("slow-commits", "commit-reply-held", "callers-want-the-same")
SET = "fifth"
LOAD = "set-stock"

CACHE: dict[str, list[Item]] = {}
careful = OrderBook.set_stock


async def cached(
    key: str,
    query: Callable[[AsyncConnection], Awaitable[list[Item]]],
    desk: Desk,
    _response: Response,
) -> list[Item]:
    """What was read before, until somebody writes."""
    if key not in CACHE:
        CACHE[key] = await desk.book.read(query, desk.deadline)
    return CACHE[key]


async def set_stock(
    self: OrderBook, number: int, wanted: StockRequest, deadline: Deadline
) -> Stock:
    """The next reader will see the new value."""
    CACHE.pop(str(number), None)
    return await careful(self, number, wanted, deadline)


def create_app() -> FastAPI:
    """The reference app with a cache."""
    replace(items, "_or_copy", cached)
    replace(OrderBook, "set_stock", set_stock)
    return main.create_app()
