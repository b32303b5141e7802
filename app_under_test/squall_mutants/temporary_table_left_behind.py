"""A repeat notes itself in a temporary table of its session.

Mistake: what is temporary lives as long as the session, and the pool keeps sessions.
Outage: transactions are refused, as in a conflict, and repeated.
Symptom: temporary tables remain on pooled sessions.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders import repository
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed

from squall_mutants.shared import replace

EXPOSED_BY = ("serialization-failures",)
SET = "third"

TABLE = text("CREATE TEMPORARY TABLE IF NOT EXISTS repeats (key text)")
NOTE = text("INSERT INTO repeats (key) VALUES (:key)")
SEEN: set[str] = set()

careful = repository.place


async def place(connection: AsyncConnection, wanted: OrderRequest, key: str) -> Placed:
    """The reference's statement; the second time with a note."""
    if key in SEEN:
        await connection.execute(TABLE)
        await connection.execute(NOTE, {"key": key})
    SEEN.add(key)
    return await careful(connection, wanted, key)


def create_app() -> FastAPI:
    """The reference app that takes notes."""
    replace(repository, "place", place)
    return main.create_app()
