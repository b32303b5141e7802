"""The statement that failed is repeated, not its transaction.

Mistake: a retry decorator on the repository's function, inside of the transaction.
Outage: a migration holds a lock on the table; the wait for it ends with 55P03.
Symptom: the transaction is aborted; each repeat ends with 25P02, a bug and a 500.
"""

from __future__ import annotations

import tenacity
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders import repository
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed

from squall_mutants.shared import replace

EXPOSED_BY = ("table-locked-by-a-migration",)
CAUGHT_BY = ("error-contract",)


careful = repository.place


@tenacity.retry(stop=tenacity.stop_after_attempt(3), reraise=True)
async def place(connection: AsyncConnection, wanted: OrderRequest, key: str) -> Placed:
    """The reference's, three times on the same connection."""
    return await careful(connection, wanted, key)


def create_app() -> FastAPI:
    """The reference app with its retries in the wrong place."""
    replace(repository, "place", place)
    return main.create_app()
