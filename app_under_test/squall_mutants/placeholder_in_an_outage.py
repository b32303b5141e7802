"""An item that cannot be read is answered with a made-up one.

Mistake: a fallback that looks like data.
Outage: the database is away.
Symptom: 200 with a name that no item has.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Response
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.api import items
from squall_reference.api.deps import Desk
from squall_reference.errors import DeadlineExceeded, Transient
from squall_reference.orders.model import Item
from squall_reference.settings import Settings

from squall_mutants.shared import replace

EXPOSED_BY = ("known-outage",)
SET = "third"

careful = items._or_copy


async def made_up(
    key: str,
    query: Callable[[AsyncConnection], Awaitable[list[Item]]],
    desk: Desk,
    response: Response,
) -> list[Item]:
    """The reference's answer, or a made-up item."""
    try:
        return await careful(key, query, desk, response)
    except (Transient, DeadlineExceeded):
        if not key.isdigit():
            raise
        return [Item(id=int(key), name="unavailable", stock=1)]


def create_app() -> FastAPI:
    """The reference app with placeholders instead of copies."""
    replace(items, "_or_copy", made_up)
    return main.create_app(Settings(stale_seconds=0))  # type: ignore[call-arg] # environment
