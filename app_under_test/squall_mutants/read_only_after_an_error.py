"""A read that is repeated makes its session read-only, and leaves it so.

Mistake: a setting of the session where one of the transaction was meant.
Outage: connections end while they work.
Symptom: later writes on these connections are refused (25006).
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders.service import OrderBook, Query, T
from squall_reference.resilience.deadline import Deadline

from squall_mutants.shared import replace

EXPOSED_BY = ("sessions-terminated", "flapping-network")
SET = "third"

careful = OrderBook.read


async def read(self: OrderBook, query: Query[T], deadline: Deadline, *, patient: bool = True) -> T:
    """The reference's read; a repeat is "careful"."""
    times = 0

    async def counted(held: AsyncConnection) -> T:
        nonlocal times
        times += 1
        if times > 1:
            await held.exec_driver_sql("SET default_transaction_read_only = on")
        return await query(held)

    return await careful(self, counted, deadline, patient=patient)


def create_app() -> FastAPI:
    """The reference app that leaves its sessions read-only."""
    replace(OrderBook, "read", read)
    return main.create_app()
