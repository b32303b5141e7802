"""A task that refreshes a copy. Broken: its first error ends it. Sound: it goes on after one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from tests.pairs.shop import AWAY, make_app

PAUSE_SECONDS = 0.2


async def refresh(app: FastAPI, expected: tuple[type[Exception], ...]) -> None:
    while True:
        with suppress(*expected):
            app.state.count = await app.state.pool.fetchval("SELECT count(*) FROM items")
        await asyncio.sleep(PAUSE_SECONDS)


def make(*expected: type[Exception]) -> FastAPI:
    @asynccontextmanager
    async def refreshing(app: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(refresh(app, expected))
        yield
        task.cancel()

    return make_app(refreshing)


def broken() -> FastAPI:
    return make()


def sound() -> FastAPI:
    return make(*AWAY)
