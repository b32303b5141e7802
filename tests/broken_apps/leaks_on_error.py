"""A connection is leaked for each error: opened to look what is wrong, and never closed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from squall_reference import main
from squall_reference.orders import service
from squall_reference.storage.engine import Lease
from squall_reference.storage.engine import connection as careful

KEPT: list[Any] = []
TASKS: set[asyncio.Task[None]] = set()


@asynccontextmanager
async def careless(engine: AsyncEngine, lease: Lease) -> AsyncIterator[AsyncConnection]:
    """Open another connection for each error, to look what is wrong, and forget it."""
    try:
        async with careful(engine, lease) as held:
            yield held
    except Exception:
        TASKS.add(asyncio.create_task(_look()))
        raise


async def _look() -> None:
    """As soon as there is a database again, connect."""
    for _ in range(200):
        try:
            KEPT.append(await asyncpg.connect(os.environ["DATABASE_URL"], ssl=False))
        except (OSError, asyncpg.PostgresError):
            await asyncio.sleep(0.05)
        else:
            return


def create_app() -> FastAPI:
    """The reference app with the careless block."""
    vars(service)["connection"] = careless
    return main.create_app()
