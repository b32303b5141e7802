"""A list is read in pieces, and ends where a piece could not be read.

Mistake: "better a few rows than none": the error behind the first piece is caught.
Outage: one statement of several fails.
Symptom: 200 with a list that is too short.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders import repository
from squall_reference.orders.model import Item

from squall_mutants.shared import replace

EXPOSED_BY = (
    "any-statement-cancelled",
    "statements-cancelled",
    "sessions-terminated",
    "database-crash-restart",
    "hot-statement-hangs",
)
SET = "ninth"
LOAD = "list-items"
PIECE = 5

read = repository.items


async def items(connection: AsyncConnection, after: int, limit: int) -> list[Item]:
    """As many as could be read."""
    found = await read(connection, after, min(limit, PIECE))
    while found and len(found) < limit:
        try:
            more = await read(connection, found[-1].id, min(limit - len(found), PIECE))
        except (DBAPIError, OSError):
            break
        if not more:
            break
        found += more
    return found


def create_app() -> FastAPI:
    """The reference app that reads lists in pieces."""
    replace(repository, "items", items)
    return main.create_app()
