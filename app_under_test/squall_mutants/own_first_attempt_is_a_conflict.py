"""The repeat of a COMMIT without an answer finds its own row, and answers 409.

Mistake: a unique violation is the caller's fault, also when the app itself has sent it twice.
Outage: the replies to COMMIT are lost.
Symptom: refused, and stored.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import AlreadyThere, Ambiguous
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline
from squall_reference.storage.lease import Lease

from squall_mutants.shared import replace

EXPOSED_BY = ("commit-reply-lost", "commit-lost-in-transit")
SET = "sixth"


async def place(self: OrderBook, wanted: OrderRequest, key: str, deadline: Deadline) -> Placed:
    """A new order; one that appears between two attempts is somebody else's."""
    lease = Lease(self._limits.hold)
    doubtful = False

    async def attempt() -> Placed:
        nonlocal doubtful
        try:
            placed = await self._placed(wanted, key, lease)
        except Ambiguous:
            doubtful = True
            raise
        if placed.replayed and doubtful:
            raise AlreadyThere
        return placed

    return await self._once(attempt, deadline, lease)


def create_app() -> FastAPI:
    """The reference app that does not know itself."""
    replace(OrderBook, "place", place)
    return main.create_app()
