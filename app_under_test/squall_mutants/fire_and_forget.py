"""Something is started and never looked at again.

Mistake: ``asyncio.create_task`` for an audit entry: nobody keeps the task, nobody sees its error.
Outage: the server's disk is full.
Symptom: "Task exception was never retrieved", and a gap in the audit that nobody notices.
"""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from sqlalchemy import text
from squall_reference import main
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline

from squall_mutants.shared import replace

EXPOSED_BY = ("disk-full",)
CAUGHT_BY = ("log-clean",)


AUDIT = text("""INSERT INTO answers (operation, idempotency_key, request_hash, status, body)
    VALUES ('audit', :key, '', 0, '')""")

careful = OrderBook.place


async def place(self: OrderBook, wanted: OrderRequest, key: str, deadline: Deadline) -> Placed:
    """Place it, and write it down beside."""
    asyncio.create_task(_audited(self, key))  # noqa: RUF006 - the defect
    return await careful(self, wanted, key, deadline)


async def _audited(book: OrderBook, key: str) -> None:
    async with book._engine.connect() as held:
        await held.execute(AUDIT, {"key": key})


def create_app() -> FastAPI:
    """The reference app with an audit."""
    replace(OrderBook, "place", place)
    return main.create_app()
