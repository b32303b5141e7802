"""The numbers of items are kept in memory, so that doubles are refused without the database.

Mistake: a number is noted before its item is made, and stays when that fails.
Outage: creations fail.
Symptom: the repeat is refused with 409, and there is no item.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import AlreadyThere
from squall_reference.orders.model import ItemRequest
from squall_reference.orders.repository import Created
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline

from squall_mutants.shared import replace

EXPOSED_BY = (
    "callers-retry-what-failed",
    "commit-lost-in-transit",
    "any-statement-cancelled",
    "callers-retry-what-timed-out",
)
SET = "eleventh"
LOAD = "create-item"
taken: set[int] = set()
done: set[str] = set()
make_item = OrderBook.create_item


async def create_item(
    self: OrderBook, wanted: ItemRequest, key: str, deadline: Deadline
) -> Created:
    """An item whose number is free."""
    if wanted.id in taken and key not in done:
        raise AlreadyThere
    taken.add(wanted.id)
    created = await make_item(self, wanted, key, deadline)
    done.add(key)
    return created


def create_app() -> FastAPI:
    """The reference app that knows its numbers."""
    replace(OrderBook, "create_item", create_item)
    return main.create_app()
