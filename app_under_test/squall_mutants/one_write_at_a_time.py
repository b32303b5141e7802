"""A lock lets one write through at a time.

Mistake: "writes conflict anyhow", and the lock is held while the database is waited for.
Outage: a third of the pooled connections go silent while the others work.
Symptom: one silent connection stops every write.
"""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from squall_reference import main
from squall_reference.orders.service import OrderBook, Query, T
from squall_reference.storage.lease import Lease

from squall_mutants.shared import replace

EXPOSED_BY = ("one-connection-in-three-stalls", "hot-statement-hangs", "slow-writes")
CAUGHT_BY = ("availability",)
SET = "second"

LOCK = asyncio.Lock()

careful = OrderBook._written


async def written(self: OrderBook, work: Query[T], lease: Lease) -> T:
    """One after the other."""
    async with LOCK:
        return await careful(self, work, lease)


def create_app() -> FastAPI:
    """The reference app with a lock."""
    replace(OrderBook, "_written", written)
    return main.create_app()
