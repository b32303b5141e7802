"""What cannot be read now is "not found".

Mistake: a fallback that answers "none" when the database does not answer.
Outage: reads of one table are cancelled.
Symptom: 404 for an order that was placed a moment ago; callers order again.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.errors import NotFound
from squall_reference.orders import repository
from squall_reference.orders.model import Order

from squall_mutants.shared import replace

EXPOSED_BY = ("rows-cannot-be-read-back",)
CAUGHT_BY = ("read-your-writes",)


careful = repository.order


async def order(connection: AsyncConnection, number: int) -> Order:
    """The order, if it can be read."""
    try:
        return await careful(connection, number)
    except DBAPIError:
        raise NotFound from None


def create_app() -> FastAPI:
    """The reference app with a fallback."""
    replace(repository, "order", order)
    return main.create_app()
