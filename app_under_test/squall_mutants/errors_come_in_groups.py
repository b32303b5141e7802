"""An item is read in a task group, beside a look at its copy.

Mistake: the group's errors are groups, which no handler knows; "not there" alone is taken out.
Outage: any that makes a read fail.
Symptom: 500 where a copy is, or a 503 is meant.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Response
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.api import items
from squall_reference.api.deps import Desk
from squall_reference.errors import DeadlineExceeded, NotFound, Transient
from squall_reference.orders.model import Item

from squall_mutants.shared import replace

EXPOSED_BY = (
    "known-outage",
    "database-crash-restart",
    "statements-cancelled",
    "unreachable-host",
)
SET = "twelfth"


async def _or_copy(
    key: str,
    query: Callable[[AsyncConnection], Awaitable[list[Item]]],
    desk: Desk,
    response: Response,
) -> list[Item]:
    patient = not desk.copies.has(key)
    try:
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(desk.book.read(query, desk.deadline, patient=patient))
            copied = group.create_task(desk.copies.recall(key))
    except (Transient, DeadlineExceeded):
        copy = copied.result()
        if copy is None:
            raise
        response.headers.update(copy.headers)
        return copy.value
    except BaseExceptionGroup as errors:
        if errors.subgroup(NotFound) is not None:
            raise NotFound from None
        raise
    found = asked.result()
    await desk.copies.keep(key, found)
    return found


def create_app() -> FastAPI:
    """The reference app that reads in groups."""
    replace(items, "_or_copy", _or_copy)
    return main.create_app()
