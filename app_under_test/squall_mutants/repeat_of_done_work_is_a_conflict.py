"""A key that was used before is a conflict.

Mistake: a unique violation becomes 409; what was answered the first time is not looked up.
Outage: the answer to COMMIT is lost, and the request is repeated.
Symptom: the order stands, and its client is told that it was refused.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Rejected
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline

from squall_mutants.shared import replace

EXPOSED_BY = ("commit-reply-lost", "callers-repeat-at-once")
SET = "third"

careful = OrderBook.place


class KeyUsed(Rejected):
    """The key was used."""

    status = 409
    title = "Idempotency key used"


async def place(self: OrderBook, wanted: OrderRequest, key: str, deadline: Deadline) -> Placed:
    """A new order, or a conflict."""
    placed = await careful(self, wanted, key, deadline)
    if placed.replayed:
        raise KeyUsed
    return placed


def create_app() -> FastAPI:
    """The reference app without replays."""
    replace(OrderBook, "place", place)
    return main.create_app()
