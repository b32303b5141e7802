"""Lists of items come from a list that a task copies every 300 ms; when it cannot, it is empty.

Mistake: the task begins with an empty list, and keeps what it has when the query fails.
Outage: any error of the task's query.
Symptom: 200 with an empty list, until the task's next turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from fastapi import FastAPI, Response
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference.api import items
from squall_reference.api.deps import Desk
from squall_reference.errors import Starting
from squall_reference.orders import repository
from squall_reference.orders.model import LARGEST, Item

from squall_mutants.shared import replace
from squall_mutants.shared.lifespan import app_beside

EXPOSED_BY = (
    "database-crash-restart",
    "unreachable-host",
    "statements-cancelled",
    "sessions-terminated",
    "known-outage",
)
SET = "ninth"
LOAD = "list-items"
TURN_SECONDS = 0.3

catalogue: dict[str, list[Item]] = {}
or_copy = items._or_copy


async def listed(
    key: str,
    query: Callable[[AsyncConnection], Awaitable[list[Item]]],
    desk: Desk,
    response: Response,
) -> list[Item]:
    """Lists from memory; single items as ever."""
    after, plus, limit = key.partition("+")
    if not plus:
        return await or_copy(key, query, desk, response)
    if "all" not in catalogue:
        raise Starting
    return [item for item in catalogue["all"] if item.id > int(after)][: int(limit)]


async def refresh(app: FastAPI) -> None:
    """Copy the catalogue, again and again."""
    while True:
        if app.state.readiness.started:
            fresh: list[Item] = []
            with suppress(Exception):
                async with app.state.book._engine.connect() as held:
                    fresh = await repository.items(held, 0, LARGEST)
            catalogue["all"] = fresh
        await asyncio.sleep(TURN_SECONDS if app.state.readiness.started else 0.02)


def create_app() -> FastAPI:
    """The reference app with a catalogue in memory."""
    replace(items, "_or_copy", listed)
    return app_beside(refresh)
