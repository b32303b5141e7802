"""Readers of one item share one query; if its first reader is cancelled, nobody fills the future.

Mistake: ``except Exception`` hands errors to those who wait, and CancelledError is none.
Outage: the database is silent for longer than a read may take, and the first reader is cancelled.
Symptom: single items are never read again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Response
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.api import items
from squall_reference.api.deps import Desk
from squall_reference.errors import DeadlineExceeded
from squall_reference.orders.model import Item
from squall_reference.settings import Settings

from squall_mutants.shared import replace

EXPOSED_BY = ("silent-network", "hot-statement-hangs")
SET = "fifth"

SHARE = 0.4
"""Of the rest of a request's time that a read may take."""
READING: dict[str, asyncio.Future[list[Item]]] = {}

Read = Callable[[], Awaitable[list[Item]]]


async def lead(key: str, read: Read) -> list[Item]:
    """Read for all that wait."""
    future = READING[key] = asyncio.get_running_loop().create_future()
    try:
        found = await read()
    except Exception as error:
        READING.pop(key).set_exception(error)
        future.exception()
        raise
    READING.pop(key).set_result(found)
    return found


async def shared(
    key: str,
    query: Callable[[AsyncConnection], Awaitable[list[Item]]],
    desk: Desk,
    _response: Response,
) -> list[Item]:
    """The read that is under way, or a new one."""
    left = max(0.0, desk.deadline.remaining())
    try:
        if key in READING:
            async with asyncio.timeout(left):
                return await asyncio.shield(READING[key])
        async with asyncio.timeout(SHARE * left):
            return await lead(key, lambda: desk.book.read(query, desk.deadline))
    except TimeoutError:
        raise DeadlineExceeded from None


def create_app() -> FastAPI:
    """The reference app that shares its reads instead of copies."""
    replace(items, "_or_copy", shared)
    return main.create_app(Settings(stale_seconds=0))  # type: ignore[call-arg] # environment
