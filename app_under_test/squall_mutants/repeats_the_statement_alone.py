"""The retry is around the statement, not around the transaction.

Mistake: ``@retry`` of tenacity on the repository's function, which gets the connection.
Outage: the server refuses a statement of a transaction with 40001 or 40P01.
Symptom: the next attempt finds a transaction that is aborted; each conflict is an error.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import tenacity
from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.retry import RetryPolicy
from squall_reference.storage.lease import Lease

from squall_mutants.shared import replace

EXPOSED_BY = (
    "deadlocks",
    "serialization-failures",
    "any-statement-cancelled",
    "commit-refused",
    "conflicts-after-conflicts",
    "sessions-terminated",
)
SET = "seventh"

careful = OrderBook._written


async def written(
    self: OrderBook, work: Callable[[AsyncConnection], Awaitable[Any]], lease: Lease
) -> Any:  # noqa: ANN401 - whatever the work returns
    """The same, with the work in the transaction tried three times."""

    @tenacity.retry(
        stop=tenacity.stop_after_attempt(3),
        wait=tenacity.wait_random(0, 0.05),
        retry=tenacity.retry_if_exception_type(DBAPIError),
        reraise=True,
    )
    async def stubborn(held: AsyncConnection) -> Any:  # noqa: ANN401 - the same
        return await work(held)

    return await careful(self, stubborn, lease)


def create_app() -> FastAPI:
    """The reference app with its repeats at another place."""
    replace(OrderBook, "_written", written)
    replace(main, "RetryPolicy", lambda: RetryPolicy(attempts=1))
    return main.create_app()
