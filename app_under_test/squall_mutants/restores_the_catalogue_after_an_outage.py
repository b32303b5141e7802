"""When the database is back, the copies of the catalogue are written back to it.

Mistake: the copies are taken for the truth, "to heal what the outage lost".
Outage: any in which the probe fails once.
Symptom: what was ordered or counted since the copies were made is undone.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from fastapi import FastAPI
from sqlalchemy import text
from squall_reference.orders.model import Item

from squall_mutants.shared.lifespan import app_beside

EXPOSED_BY = (
    "known-outage",
    "database-crash-restart",
    "connection-refused",
    "load-balancer-without-backends",
    "unreachable-host",
)
SET = "tenth"
RESTORE = text("UPDATE items SET name = :name, stock = :stock WHERE id = :id")


async def _copies(app: FastAPI) -> list[Item]:
    found: list[Item] = []
    for key in list(app.state.copies._kept_at):
        kept = await app.state.copies._cache.get(key)
        if kept is not None and key.isdecimal():
            found += kept[1]
    return found


async def _restore(app: FastAPI) -> None:
    async with app.state.book._engine.connect() as held:
        for item in await _copies(app):
            await held.execute(RESTORE, item.model_dump())


async def _watch(app: FastAPI) -> None:
    was_ready = app.state.readiness.ready
    while True:
        is_ready = app.state.readiness.ready
        if is_ready and not was_ready:
            with suppress(Exception):
                await _restore(app)
        was_ready = is_ready
        await asyncio.sleep(0.02)


def create_app() -> FastAPI:
    """The reference app that writes its copies back."""
    return app_beside(_watch)
