"""Each attempt makes an idempotency key of its own.

Mistake: the key is made inside of the part that is repeated.
Outage: PostgreSQL commits, and its answer is lost with the connection.
Symptom: one request, two orders.
"""

from __future__ import annotations

from uuid import uuid4

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders import repository
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.storage import schema

from squall_mutants.shared import replace

EXPOSED_BY = ("commit-reply-lost",)
CAUGHT_BY = ("no-duplicate",)
SET = "second"

COLUMN = "SELECT items.id, :quantity, CAST(:key AS text)"
PLACE = text(
    repository.PLACE.text.replace(COLUMN, COLUMN.replace(":key", ":column")).replace(
        "ON CONFLICT (idempotency_key) DO NOTHING", ""
    )
)

careful = repository.place


async def place(connection: AsyncConnection, wanted: OrderRequest, key: str) -> Placed:
    """The caller's key goes into the order, a new one is claimed."""
    statement = PLACE.bindparams(column=key)
    replace(repository, "PLACE", statement)
    return await careful(connection, wanted, uuid4().hex)


def create_app() -> FastAPI:
    """The reference app with keys of its own."""
    tables = (statement.replace("NOT NULL UNIQUE", "NOT NULL") for statement in schema.STATEMENTS)
    replace(schema, "STATEMENTS", tuple(tables))
    replace(repository, "place", place)
    return main.create_app()
