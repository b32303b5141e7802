"""Something is started and never looked at again.

Mistake: ``asyncio.create_task`` for an audit entry: nobody keeps the task, nobody sees its error.
Outage: the server's disk is full.
Symptom: "Task exception was never retrieved", and a gap in the audit that nobody notices.
"""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from sqlalchemy import text

from app_under_test import main
from app_under_test.mutants.shared import replace
from app_under_test.orders.model import OrderRequest
from app_under_test.orders.repository import Placed
from app_under_test.orders.service import OrderBook
from app_under_test.resilience.deadline import Deadline

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
