"""An error of a read is cached as "not there".

Mistake: the cache keeps None, and None means both "unknown" and "not there".
Outage: some statements are cancelled by the server.
Symptom: 404 for a row that exists, for five seconds.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Response
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.api import items
from squall_reference.api.deps import Desk
from squall_reference.errors import NotFound, ServiceError
from squall_reference.orders.model import Item

from squall_mutants.shared import replace

EXPOSED_BY = ("statements-cancelled",)
SET = "fourth"

SECONDS = 5.0
MISSING: dict[str, float] = {}


async def or_not_found(
    key: str,
    query: Callable[[AsyncConnection], Awaitable[list[Item]]],
    desk: Desk,
    _response: Response,
) -> list[Item]:
    """What could not be read is not asked for again soon."""
    if time.monotonic() - MISSING.get(key, -SECONDS) < SECONDS:
        raise NotFound
    try:
        return await desk.book.read(query, desk.deadline)
    except ServiceError:
        MISSING[key] = time.monotonic()
        raise


def create_app() -> FastAPI:
    """The reference app with a cache of what is missing."""
    replace(items, "_or_copy", or_not_found)
    return main.create_app()
