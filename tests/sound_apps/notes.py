"""Sound apps without redundancy, one for each way to hold connections: the counterpart of the
broken ones.

With its database away each refuses everything, honestly and within its deadline: time-outs on
every wait, 503 for every error of the driver, one statement or one transaction a request, and
writes that a key makes idempotent.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated, Any
from urllib.parse import urlsplit

import asyncpg
import psycopg
from fastapi import FastAPI, Header, Request
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.exceptions import BaseORMException

DEADLINE = 2.0
BROKEN = (OSError, TimeoutError, DBAPIError, PoolTimeout, asyncpg.PostgresError,
          asyncpg.InterfaceError, asyncpg.InternalClientError, psycopg.Error,
          BaseORMException)  # fmt: skip

TABLE = "CREATE TABLE IF NOT EXISTS note (key text PRIMARY KEY, title text NOT NULL)"
WRITE = (
    "INSERT INTO note (key, title) VALUES ('{key}', 'x') ON CONFLICT (key) DO UPDATE"
    " SET title = note.title RETURNING title"
)
READ = "SELECT count(*) FROM note"

Run = Callable[[str], Any]
"""Runs one statement in a transaction of its own, and gives its one value."""

Opened = Callable[[str], AbstractAsyncContextManager[Run]]


def create_app(opened: Opened, status: int = 503) -> FastAPI:
    """An app whose connections come from ``opened``, which gets the database's address.

    ``status`` is that of every error: 503, or 200 for the liar.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opened(os.environ["DATABASE_URL"]) as run:
            await run(TABLE)
            app.state.run = run
            yield

    app = FastAPI(lifespan=lifespan)

    async def away(_request: Request, _error: Exception) -> JSONResponse:
        return JSONResponse({"detail": "the database is away"}, status, {"Retry-After": "1"})

    for kind in BROKEN:
        app.add_exception_handler(kind, away)

    @app.get("/notes")
    async def count(request: Request) -> dict[str, int]:
        async with asyncio.timeout(DEADLINE):
            return {"notes": await request.app.state.run(READ)}

    @app.post("/notes", status_code=201)
    async def add(request: Request, idempotency_key: Annotated[str, Header()]) -> dict[str, str]:
        key = "".join(letter for letter in idempotency_key if letter.isalnum() or letter == "-")
        async with asyncio.timeout(DEADLINE):
            return {"title": await request.app.state.run(WRITE.format(key=key))}

    return app


def _alchemy(**options: Any) -> Opened:
    @asynccontextmanager
    async def opened(url: str) -> AsyncIterator[Run]:
        address = url.replace("postgresql://", "postgresql+asyncpg://")
        arguments = {"timeout": 1, "command_timeout": 1}
        engine: AsyncEngine = create_async_engine(address, connect_args=arguments, **options)

        async def run(sql: str) -> Any:
            async with engine.begin() as connection:
                result = await connection.execute(text(sql))
                return result.scalar_one() if result.returns_rows else None

        yield run
        await engine.dispose()

    return opened


@asynccontextmanager
async def _pool(url: str) -> AsyncIterator[Run]:
    pool = await asyncpg.create_pool(url, min_size=10, max_size=10, timeout=1, command_timeout=1)

    async def run(sql: str) -> Any:
        async with pool.acquire(timeout=1) as connection:
            return await connection.fetchval(sql)

    yield run
    pool.terminate()


@asynccontextmanager
async def _per_request(url: str) -> AsyncIterator[Run]:
    async def run(sql: str) -> Any:
        connection = await asyncpg.connect(url, timeout=1, command_timeout=1)
        try:
            return await connection.fetchval(sql)
        finally:
            connection.terminate()

    yield run


@asynccontextmanager
async def _tortoise(url: str) -> AsyncIterator[Run]:
    parts = urlsplit(url)
    client = AsyncpgDBClient(
        parts.username, parts.password, parts.path.removeprefix("/"), parts.hostname,
        parts.port or 5432, connection_name="notes", minsize=5, maxsize=10,
        timeout=1, command_timeout=1,
    )  # fmt: skip
    await client.create_connection(with_db=True)

    async def run(sql: str) -> Any:
        rows = await client.execute_query_dict(sql)
        return next(iter(rows[0].values())) if rows else None

    yield run
    await client.close()


async def _in_time(connection: psycopg.AsyncConnection[Any], work: Coroutine[Any, Any, Any]) -> Any:
    """A statement that is late loses its socket. One that is cancelled would wait for the server's
    word on that, which a silent server never gives, and keep its place in the pool.
    """
    asked = asyncio.create_task(work)
    try:
        await asyncio.wait({asked}, timeout=DEADLINE / 4)
    finally:
        if not asked.done():
            with socket.socket(fileno=os.dup(connection.pgconn.socket)) as same:
                same.shutdown(socket.SHUT_RDWR)
            await asyncio.wait({asked})  # nobody else may use the connection before
    return await asked


@asynccontextmanager
async def _psycopg(url: str) -> AsyncIterator[Run]:
    from psycopg_pool import AsyncConnectionPool  # noqa: PLC0415 - an extra

    options = {"connect_timeout": 1, "options": "-c statement_timeout=900", "autocommit": True}

    async def check(connection: psycopg.AsyncConnection[Any]) -> None:
        await _in_time(connection, AsyncConnectionPool.check_connection(connection))

    pool = AsyncConnectionPool(url, kwargs=options, min_size=5, max_size=10, timeout=1, open=False,
                               check=check)  # fmt: skip
    await pool.open()

    async def ask(connection: psycopg.AsyncConnection[Any], sql: str) -> Any:
        cursor = await connection.execute(sql)
        row = await cursor.fetchone() if cursor.description else None
        return row[0] if row else None

    async def run(sql: str) -> Any:
        async with pool.connection() as connection:
            return await _in_time(connection, ask(connection, sql))

    yield run
    await pool.close(timeout=1)


POOLED = {"pool_pre_ping": True, "pool_timeout": 1}


def alchemy_5_10() -> FastAPI:
    """SQLAlchemy's defaults: five connections, ten more when they are needed."""
    return create_app(_alchemy(pool_size=5, max_overflow=10, **POOLED))


def alchemy_20_0() -> FastAPI:
    """Twenty, and never more: a pool that fills."""
    return create_app(_alchemy(pool_size=20, max_overflow=0, **POOLED))


def alchemy_40_20() -> FastAPI:
    """Forty, and twenty more."""
    return create_app(_alchemy(pool_size=40, max_overflow=20, **POOLED))


def null_pool() -> FastAPI:
    """SQLAlchemy, and a connection for each request."""
    return create_app(_alchemy(poolclass=NullPool))


def asyncpg_10() -> FastAPI:
    """asyncpg's own pool, full from the start."""
    return create_app(_pool)


def per_request() -> FastAPI:
    """asyncpg, and a connection for each request."""
    return create_app(_per_request)


def tortoise() -> FastAPI:
    """Tortoise-ORM on asyncpg's pool."""
    return create_app(_tortoise)


def psycopg_pool() -> FastAPI:
    """psycopg's own pool, which connects again in the background."""
    return create_app(_psycopg)


def liar() -> FastAPI:
    """The twin with a defect: it answers success for every error."""
    return create_app(_pool, status=200)
