"""The first answer to a key is kept, even when it was an error.

Mistake: the idempotency layer stores whatever came out, a 503 as well.
Outage: inserts fail with 40001, and a repeat would work.
Symptom: the key is burnt: every repeat gets the old error.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders import repository
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed

from squall_mutants.shared import replace

EXPOSED_BY = ("serialization-failures",)
CAUGHT_BY = ("availability",)


FAILED: dict[str, Exception] = {}

careful = repository.place


async def place(connection: AsyncConnection, wanted: OrderRequest, key: str) -> Placed:
    """The answer to the key, whatever it was."""
    if key in FAILED:
        raise FAILED[key]
    try:
        return await careful(connection, wanted, key)
    except Exception as error:
        FAILED[key] = error
        raise


def create_app() -> FastAPI:
    """The reference app that never forgets an error."""
    replace(repository, "place", place)
    return main.create_app()
