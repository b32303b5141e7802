"""A connection is leaked for each error: taken from the pool, and never given back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app_under_test import main
from app_under_test.orders import service
from app_under_test.storage.engine import Lease
from app_under_test.storage.engine import connection as careful

KEPT: list[AsyncConnection] = []
TASKS: set[asyncio.Task[None]] = set()


@asynccontextmanager
async def careless(engine: AsyncEngine, lease: Lease) -> AsyncIterator[AsyncConnection]:
    """Open another connection for each error, to look what is wrong, and forget it."""
    try:
        async with careful(engine, lease) as held:
            yield held
    except Exception:
        task = asyncio.create_task(_look(engine))
        TASKS.add(task)
        raise


async def _look(engine: AsyncEngine) -> None:
    """As soon as there is a database, ask it something, in a transaction that never ends."""
    while True:
        try:
            held = await engine.connect()
            await held.execute(text("SELECT 1"))
        except Exception:  # noqa: BLE001 - the defect is what follows
            await asyncio.sleep(0.05)
            continue
        KEPT.append(held)
        return


def create_app() -> FastAPI:
    """The reference app with the careless block."""
    service.connection = careless  # type: ignore[assignment]
    return main.create_app()
