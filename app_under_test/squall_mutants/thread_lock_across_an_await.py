"""The fallback to a copy holds a lock of threads while it awaits.

Mistake: ``threading.Lock`` in a coroutine, so that one reader at a time tries again.
Outage: any in which two reads need their copies at once.
Symptom: the second one stops the event loop, and the first can never let go: the process hangs.
"""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Response
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.api import items
from squall_reference.api.deps import Desk
from squall_reference.errors import DeadlineExceeded, Transient
from squall_reference.orders.model import Item

from squall_mutants.shared import replace

EXPOSED_BY = ("known-outage", "unreachable-host", "database-crash-restart", "silent-network")
SET = "tenth"

lock = threading.Lock()


async def or_copy(
    key: str,
    query: Callable[[AsyncConnection], Awaitable[list[Item]]],
    desk: Desk,
    response: Response,
) -> list[Item]:
    """From the database; else one more try, one reader at a time, and then the copy."""
    try:
        found = await desk.book.read(query, desk.deadline, patient=not desk.copies.has(key))
    except (Transient, DeadlineExceeded):
        with lock:
            try:
                return await desk.book.read(query, desk.deadline, patient=False)
            except (Transient, DeadlineExceeded):
                copy = await desk.copies.recall(key)
                if copy is None:
                    raise
        response.headers.update(copy.headers)
        return copy.value
    await desk.copies.keep(key, found)
    return found


def create_app() -> FastAPI:
    """The reference app with a lock in its fallback."""
    replace(items, "_or_copy", or_copy)
    return main.create_app()
