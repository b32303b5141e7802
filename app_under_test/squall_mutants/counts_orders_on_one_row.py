"""Each order's transaction first counts itself on one row.

Mistake: a counter of all orders in the transaction of each, locked until its commit.
Outage: any latency.
Symptom: all orders wait for each other, and most are refused.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders import repository
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.storage import schema

from squall_mutants.shared import replace

EXPOSED_BY = ("slow-network", "slow-commits", "pool-exhausted-by-slow-queries", "jittery-network")
SET = "tenth"
TABLES = ("CREATE TABLE counters (orders bigint NOT NULL)", "INSERT INTO counters VALUES (0)")
COUNT = text("UPDATE counters SET orders = orders + :step")

place = repository.place


async def counted(held: AsyncConnection, wanted: OrderRequest, key: str) -> Placed:
    """Counted, and placed."""
    await held.execute(COUNT, {"step": 1})
    placed = await place(held, wanted, key)
    if placed.replayed:
        await held.execute(COUNT, {"step": -1})
    return placed


def create_app() -> FastAPI:
    """The reference app with a counter."""
    replace(schema, "STATEMENTS", (*schema.STATEMENTS, *TABLES))
    replace(repository, "place", counted)
    return main.create_app()
