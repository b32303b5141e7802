"""Readers of one item share one read, also when it failed, and failures stay.

Mistake: the shared read is removed after success, not in ``finally``.
Outage: any in which some reads fail.
Symptom: single items fail for ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Response
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.api import items
from squall_reference.api.deps import Desk
from squall_reference.orders.model import Item
from squall_reference.settings import Settings

from squall_mutants.shared import replace

EXPOSED_BY = ("known-outage",)
SET = "third"

SHARED: dict[str, asyncio.Future[list[Item]]] = {}

careful = items._or_copy


async def shared(
    key: str,
    query: Callable[[AsyncConnection], Awaitable[list[Item]]],
    desk: Desk,
    response: Response,
) -> list[Item]:
    """The read that is under way, or a new one."""
    if key not in SHARED:
        SHARED[key] = asyncio.ensure_future(careful(key, query, desk, response))
    found = await asyncio.shield(SHARED[key])
    SHARED.pop(key, None)
    return found


def create_app() -> FastAPI:
    """The reference app that shares its reads instead of copies."""
    replace(items, "_or_copy", shared)
    return main.create_app(Settings(stale_seconds=0))  # type: ignore[call-arg] # environment
