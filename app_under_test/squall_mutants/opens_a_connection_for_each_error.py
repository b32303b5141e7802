"""After each error a connection is opened to look what is wrong, and never closed.

Mistake: diagnostics in an ``except`` block, written once and tried on a calm day.
Outage: statements are cancelled by the server's time limit.
Symptom: each error costs the server a session, until it has none left.
"""

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

from squall_mutants.shared import replace

EXPOSED_BY = ("statements-cancelled",)
CAUGHT_BY = ("connection-leaks",)


KEPT: list[Any] = []
TASKS: set[asyncio.Task[None]] = set()


@asynccontextmanager
async def curious(engine: AsyncEngine, lease: Lease) -> AsyncIterator[AsyncConnection]:
    """The reference's connection; an error makes one more."""
    try:
        async with careful(engine, lease) as held:
            yield held
    except Exception:
        TASKS.add(asyncio.create_task(_look()))
        raise


async def _look() -> None:
    KEPT.append(await asyncpg.connect(os.environ["DATABASE_URL"], ssl=False))


def create_app() -> FastAPI:
    """The reference app that looks what is wrong."""
    replace(service, "connection", curious)
    return main.create_app()
