"""A key stays noted as under way when the outcome of its request is unknown.

Mistake: the note is taken away after success and after errors that change nothing; nobody thought
of a third end.
Outage: replies to COMMIT are late or lost, or the database is silent.
Symptom: 409 to every repeat of just those writes that need one, until the process ends.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import InFlight, Rejected, Transient
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline

from squall_mutants.shared import replace

EXPOSED_BY = (
    "callers-retry-what-timed-out",
    "callers-retry-what-failed",
    "silent-network",
    "commit-reply-held",
    "commit-refused",
    "database-crash-restart",
)
SET = "eighth"

careful = OrderBook.place
under_way: set[str] = set()


async def place(self: OrderBook, wanted: OrderRequest, key: str, deadline: Deadline) -> Placed:
    """One at a time for each key."""
    if key in under_way:
        raise InFlight
    under_way.add(key)
    try:
        placed = await careful(self, wanted, key, deadline)
    except (Rejected, Transient):
        under_way.discard(key)
        raise
    under_way.discard(key)
    return placed


def create_app() -> FastAPI:
    """The reference app that notes its keys."""
    replace(OrderBook, "place", place)
    return main.create_app()
