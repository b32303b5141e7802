"""Orders are acknowledged before they are committed: a crash in between loses them."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from squall_reference import main
from squall_reference.orders.model import Order, OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline
from squall_reference.storage.engine import Lease

TASKS: set[asyncio.Task[Placed]] = set()


async def place_later(
    self: OrderBook, wanted: OrderRequest, key: str, deadline: Deadline
) -> Placed:
    """Say yes, and do it in the background."""
    assert deadline.remaining() > 0
    work = self._placed(wanted, key, Lease())
    task = asyncio.create_task(work)
    TASKS.add(task)
    task.add_done_callback(_forget)
    order = Order(id=1, item_id=wanted.item_id, quantity=wanted.quantity)
    return Placed(order, replayed=False)


def _forget(task: asyncio.Task[Placed]) -> None:
    TASKS.discard(task)
    task.exception()


def create_app() -> FastAPI:
    """The reference app that answers too early."""
    OrderBook.place = place_later  # type: ignore[method-assign]
    return main.create_app()
