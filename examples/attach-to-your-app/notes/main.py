"""Notes in PostgreSQL: what an outage needs of a service, and nothing more.

Every wait is bounded, a dead connection costs one repeat, writes carry a key so that a repeat does
no harm, and who cannot be served hears 503 with a time to come back.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Any, TypeVar

import asyncpg
from fastapi import FastAPI, Header, HTTPException, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, Field

T = TypeVar("T")

PATIENCE_SECONDS = 1.2
"""For the whole answer; the caller is promised 2 seconds."""

STATEMENT_SECONDS = 0.4
CONNECT_SECONDS = 0.3
PAUSE_SECONDS = 0.05

TABLE = """CREATE TABLE IF NOT EXISTS notes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text UNIQUE NOT NULL, text text NOT NULL)"""

WRITE = """INSERT INTO notes (key, text) VALUES ($1, $2)
    ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING id"""

DATABASE_AWAY = (
    OSError, TimeoutError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError, asyncpg.AdminShutdownError, asyncpg.CrashShutdownError,
    asyncpg.QueryCanceledError, asyncpg.TooManyConnectionsError, asyncpg.InternalClientError,
)  # fmt: skip


class Note(BaseModel):
    """What callers send."""

    text: Annotated[str, Field(min_length=1, max_length=200)]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """The pool lives as long as the process; it may be made while the database is away."""
    app.state.pool = await asyncpg.create_pool(
        os.environ["DATABASE_URL"], min_size=0, max_size=10, timeout=CONNECT_SECONDS,
        command_timeout=STATEMENT_SECONDS,
    )  # fmt: skip
    async with app.state.pool.acquire() as connection:
        await connection.execute(TABLE)
        await connection.fetchval(WRITE, "welcome", "hello")
    yield
    app.state.pool.terminate()


app = FastAPI(title="Notes", lifespan=lifespan)


async def ask(request: Request, work: Callable[[Any], Awaitable[T]]) -> T:
    """Run ``work`` with a connection; again while there is time, since all our work is repeatable.

    Raises:
        HTTPException: 503 when the time is over.
    """
    pool = request.app.state.pool
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    async with pool.acquire(timeout=STATEMENT_SECONDS) as connection:
                        return await work(connection)
                except DATABASE_AWAY:
                    # The others of the pool are as dead as this one.
                    await pool.expire_connections()
                    await asyncio.sleep(PAUSE_SECONDS)
    raise HTTPException(503, "the database is away", headers={"Retry-After": "1"})


@app.exception_handler(HTTPException)
async def problem(_request: Request, error: HTTPException) -> JSONResponse:
    """RFC 9457."""
    body = {"type": "about:blank", "title": str(error.detail), "status": error.status_code}
    return JSONResponse(
        body, error.status_code, headers=error.headers, media_type="application/problem+json"
    )


@app.get("/livez")
async def livez() -> dict[str, str]:
    """Whether a restart would help: the database is not asked."""
    return {"status": "ok"}


@app.get("/readyz")
async def readyz(request: Request) -> dict[str, str]:
    """Whether callers can be served."""
    await ask(request, lambda connection: connection.fetchval("SELECT 1"))
    return {"status": "ok"}


@app.get("/metrics")
async def metrics(request: Request) -> PlainTextResponse:
    """Two gauges in Prometheus' text format, which the report draws."""
    pool = request.app.state.pool
    size, idle = pool.get_size(), pool.get_idle_size()
    lines = ["# TYPE notes_pool_open gauge", f"notes_pool_open {size}",
             "# TYPE notes_pool_in_use gauge", f"notes_pool_in_use {size - idle}", ""]  # fmt: skip
    return PlainTextResponse("\n".join(lines))


@app.post("/notes", status_code=201)
async def write(
    request: Request, note: Note, idempotency_key: Annotated[str, Header()]
) -> dict[str, int]:
    """Write a note once, however often it is sent with the same key."""
    return {
        "id": await ask(request, lambda c: c.fetchval(WRITE, idempotency_key, note.text)),
    }


@app.get("/notes/{number}")
async def read(request: Request, number: int) -> dict[str, Any]:
    """One note."""
    row = await ask(
        request, lambda c: c.fetchrow("SELECT id, text FROM notes WHERE id = $1", number)
    )
    if row is None:
        raise HTTPException(404, "there is no such note")
    return dict(row)
