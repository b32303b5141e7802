"""What the pairs share: a pool with time-outs, and 503 while the database is away."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

import asyncpg
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

URL = os.environ.get("DATABASE_URL", "")
AWAY = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError,
        asyncpg.InternalClientError)  # fmt: skip
LOST = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError)
"""Nobody knows what became of the statement."""
Background = Callable[[FastAPI], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def no_background(_app: FastAPI) -> AsyncIterator[None]:
    yield


def with_tables(sql: str) -> Background:
    """Makes the tables of a pair before the app serves."""

    @asynccontextmanager
    async def make(app: FastAPI) -> AsyncIterator[None]:
        await app.state.pool.execute(sql)
        yield

    return make


@asynccontextmanager
async def running(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """A task beside the block; it is ended with it."""
    task = asyncio.create_task(work)
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def keep_as_it_is(_connection: asyncpg.Connection) -> None:
    """No reset of a session that goes back to the pool."""


async def send_again(
    pool: asyncpg.Pool, ask: Callable[[asyncpg.Connection], Awaitable[int]]
) -> int:
    """What ``ask`` gives, sent again when its connection is lost: three times in all."""
    for left in (2, 1, 0):
        try:
            async with pool.acquire() as connection:
                return await ask(connection)
        except LOST:
            if not left:
                raise
    raise AssertionError


async def unavailable(_request: Request, _error: Exception) -> JSONResponse:
    """RFC 9457, with the time after which a client may try again."""
    return JSONResponse(
        {"type": "about:blank", "title": "Service Unavailable", "status": 503},
        status_code=503,
        media_type="application/problem+json",
        headers={"Retry-After": "1"},
    )


def make_app(
    background: Background = no_background, *, reset: bool = True, places: int = 5
) -> FastAPI:
    """An app with ``app.state.pool``, the table ``items`` with 100 rows, and GET /items/{id}.

    Without ``reset`` sessions go back to the pool as they are, as in SQLAlchemy's after a ROLLBACK.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(
            URL,
            min_size=places,
            max_size=places,
            timeout=1,
            command_timeout=1,
            **({} if reset else {"reset": keep_as_it_is}),
        ) as app.state.pool:
            await app.state.pool.execute(
                "CREATE TABLE IF NOT EXISTS items (id int PRIMARY KEY, stock int);"
                "INSERT INTO items SELECT n, 10 FROM generate_series(1, 100) n"
                " ON CONFLICT DO NOTHING"
            )
            async with background(app):
                yield

    app = FastAPI(lifespan=lifespan)
    for kind in AWAY:
        app.add_exception_handler(kind, unavailable)

    @app.get("/items/{item_id}")
    async def read(item_id: int) -> dict[str, int]:
        async with app.state.pool.acquire(timeout=1) as connection:
            stock = await connection.fetchval("SELECT stock FROM items WHERE id = $1", item_id)
        return {"id": item_id, "stock": stock}

    return app
