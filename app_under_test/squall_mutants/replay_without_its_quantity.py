"""The answer to a repeat lacks a field.

Mistake: stored answers are made by other code than first answers.
Outage: the answer to COMMIT is lost, and the request is repeated.
Symptom: 201 without ``quantity``; clients that read it break.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.orders.model import Order, OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline

from squall_mutants.shared import replace

EXPOSED_BY = ("commit-reply-lost", "callers-repeat-at-once")
SET = "third"

careful = OrderBook.place


async def place(self: OrderBook, wanted: OrderRequest, key: str, deadline: Deadline) -> Placed:
    """The reference's order; after a repeat a part of it."""
    placed = await careful(self, wanted, key, deadline)
    if not placed.replayed:
        return placed
    part = Order.model_construct(id=placed.order.id, item_id=placed.order.item_id)
    return Placed(part, replayed=True)


def create_app() -> FastAPI:
    """The reference app with other replays."""
    replace(OrderBook, "place", place)
    return main.create_app()
