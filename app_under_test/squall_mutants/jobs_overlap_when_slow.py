"""A periodic job starts its next run without a look at the last one.

Mistake: ``create_task`` by the clock; it works as long as a run is shorter than the interval.
Outage: the database is slow or silent.
Symptom: the jobs take all connections of the pool.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from squall_mutants.shared.lifespan import app_with

EXPOSED_BY = ("slow-network", "silent-network")
SET = "fifth"

PAUSE_SECONDS = 0.02
REPORT = text("SELECT count(*), sum(quantity) FROM orders")
RUNNING: set[asyncio.Task[None]] = set()


async def report(engine: AsyncEngine) -> None:
    """How much was sold."""
    async with engine.connect() as held:
        await held.execute(REPORT)


def _ended(task: asyncio.Task[None]) -> None:
    RUNNING.discard(task)
    if not task.cancelled():
        task.exception()


async def repeat(app: FastAPI) -> None:
    """By the clock."""
    while True:
        await asyncio.sleep(PAUSE_SECONDS)
        if app.state.readiness.started:
            task = asyncio.create_task(report(app.state.book._engine))
            RUNNING.add(task)
            task.add_done_callback(_ended)


@asynccontextmanager
async def job(app: FastAPI) -> AsyncIterator[None]:
    """As long as the app serves."""
    repeating = asyncio.create_task(repeat(app))
    yield
    repeating.cancel()


def create_app() -> FastAPI:
    """The reference app with a job."""
    return app_with(job)
