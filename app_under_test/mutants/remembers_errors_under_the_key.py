"""The first answer to a key is kept, even when it was an error.

Mistake: the idempotency layer stores whatever came out, a 503 as well.
Outage: inserts fail with 40001, and a repeat would work.
Symptom: the key is burnt: every repeat gets the old error.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection

from app_under_test import main
from app_under_test.mutants.shared import replace
from app_under_test.orders import repository
from app_under_test.orders.model import OrderRequest
from app_under_test.orders.repository import Placed

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
