"""Reads and writes share a lock.

Mistake: a lock of the process "for consistency", which the database has already.
Outage: a transaction locks rows and does not end, so writes wait.
Symptom: reads would work, and wait for a write that waits.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.orders.service import OrderBook, Query, T
from squall_reference.resilience.deadline import Deadline

from squall_mutants.one_write_at_a_time import LOCK, written
from squall_mutants.shared import replace

EXPOSED_BY = ("long-transaction-holds-rows",)
CAUGHT_BY = ("availability",)
SET = "second"

careful = OrderBook.read


async def read(self: OrderBook, query: Query[T], deadline: Deadline, *, patient: bool = True) -> T:
    """When nobody writes."""
    async with LOCK:
        return await careful(self, query, deadline, patient=patient)


def create_app() -> FastAPI:
    """The reference app with one lock for all."""
    replace(OrderBook, "_written", written)
    replace(OrderBook, "read", read)
    return main.create_app()
