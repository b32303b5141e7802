"""A lock for each item is released on the good path only.

Mistake: release stands after the work instead of in a finally.
Outage: some statements are cancelled by the server.
Symptom: reads of single items never get an answer again.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Response
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.api import items
from squall_reference.api.deps import Desk
from squall_reference.errors import DeadlineExceeded
from squall_reference.orders.model import Item

from squall_mutants.shared import replace

EXPOSED_BY = ("any-statement-cancelled",)
SET = "fourth"

LOCKS: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)


async def one_at_a_time(
    key: str,
    query: Callable[[AsyncConnection], Awaitable[list[Item]]],
    desk: Desk,
    _response: Response,
) -> list[Item]:
    """Each item is read once at a time."""
    try:
        async with asyncio.timeout(max(0.0, desk.deadline.remaining())):
            await LOCKS[key].acquire()
    except TimeoutError:
        raise DeadlineExceeded from None
    found = await desk.book.read(query, desk.deadline)
    LOCKS[key].release()
    return found


def create_app() -> FastAPI:
    """The reference app with locks."""
    replace(items, "_or_copy", one_at_a_time)
    return main.create_app()
