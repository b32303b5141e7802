"""What the pairs on other stacks share: pools with time-outs, tables, and 503 while the database is
away. Each base is sound.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated, Any

import psycopg
from fastapi import FastAPI, Path
from psycopg2 import extensions  # type: ignore[import-untyped]
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from tests.pairs.shop import AWAY, unavailable
from tests.sound_apps.notes import _in_time
from tests.sound_apps.threads import wait_at_most

TABLES = (
    "CREATE TABLE IF NOT EXISTS shelf (id int PRIMARY KEY, name text, notes int NOT NULL)",
    "CREATE TABLE IF NOT EXISTS shelf_note (key text PRIMARY KEY, shelf_id int NOT NULL)",
    """INSERT INTO shelf SELECT n, 'shelf ' || n, 0 FROM generate_series(1, 40) n
    ON CONFLICT DO NOTHING""",
)
SHELF = "SELECT id, name FROM shelf WHERE id = "
NOTE = "INSERT INTO shelf_note (key, shelf_id) VALUES (:key, :id) ON CONFLICT DO NOTHING"
COUNT = "UPDATE shelf SET notes = notes + 1 WHERE id = :id"
Number = Annotated[int, Path(ge=1, le=40)]


def _url(driver: str) -> str:
    given = os.environ.get("DATABASE_URL", "postgresql://app@127.0.0.1:1/app")
    return given.replace("postgresql://", f"postgresql+{driver}://", 1)


def _with_handlers(app: FastAPI) -> FastAPI:
    for kind in (*AWAY, SQLAlchemyError, psycopg.Error, PoolTimeout):
        app.add_exception_handler(kind, unavailable)
    return app


def add_to_lifespan(app: FastAPI, within: Callable[[], AbstractAsyncContextManager[None]]) -> None:
    """Enter it after the app's start, and leave it before its end."""
    around = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[None]:
        async with around(served), within():
            yield

    app.router.lifespan_context = lifespan


def thread_engine() -> Engine:
    """psycopg2, whose waits have a limit; five connections and five more."""
    extensions.set_wait_callback(wait_at_most)
    return create_engine(_url("psycopg2"), pool_size=5, max_overflow=5, pool_timeout=0.5)


def thread_app(engine: Engine, tables: tuple[str, ...] = TABLES) -> FastAPI:
    """Its handlers run in AnyIO's threads."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with engine.begin() as connection:
            for sql in tables:
                connection.execute(text(sql))
        yield
        engine.dispose()

    return _with_handlers(FastAPI(lifespan=lifespan))


def read_shelf(engine: Engine, number: int) -> dict[str, Any]:
    """The shelf, by a connection of its own."""
    with engine.begin() as connection:
        return dict(connection.execute(text(f"{SHELF} :id"), {"id": number}).mappings().one())


def async_engine(**options: Any) -> AsyncEngine:
    """asyncpg, ten connections."""
    arguments = {"timeout": 1, "command_timeout": 0.8, **options.pop("connect_args", {})}
    return create_async_engine(
        _url("asyncpg"), pool_size=10, max_overflow=0, pool_timeout=0.8, pool_pre_ping=True,
        connect_args=arguments, **options,
    )  # fmt: skip


def async_app(engine: AsyncEngine, tables: tuple[str, ...] = TABLES) -> FastAPI:
    """Its tables are there before it serves."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with engine.begin() as connection:
            for sql in tables:
                await connection.execute(text(sql))
        yield
        await engine.dispose()

    return _with_handlers(FastAPI(lifespan=lifespan))


Ask = Callable[[str], Awaitable[Any]]
Background = Callable[[FastAPI], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def _nothing(_app: FastAPI) -> AsyncIterator[None]:
    yield


async def ask(pool: AsyncConnectionPool, sql: str) -> Any:
    """The first row, within a limit that a silent server cannot exceed."""

    async def first(connection: psycopg.AsyncConnection[Any]) -> Any:
        cursor = await connection.execute(sql.encode())
        return await cursor.fetchone() if cursor.description else None

    async with pool.connection() as connection:
        return await _in_time(connection, first(connection))


def psycopg_app(
    tables: tuple[str, ...] = TABLES, background: Background = _nothing, *, waits: bool = True
) -> FastAPI:
    """An app with ``app.state.pool``, psycopg's own.

    Without ``waits`` it also starts while its database is away, when its tables are there.
    """

    async def check(connection: psycopg.AsyncConnection[Any]) -> None:
        await _in_time(connection, AsyncConnectionPool.check_connection(connection))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        options = {"connect_timeout": 1, "options": "-c statement_timeout=900", "autocommit": True}
        pool = AsyncConnectionPool(
            os.environ["DATABASE_URL"], kwargs=options, min_size=5, max_size=10, timeout=1,
            open=False, check=check,
        )  # fmt: skip
        app.state.pool = pool
        await pool.open()
        try:
            for sql in tables:
                await ask(pool, sql)
        except (psycopg.Error, PoolTimeout):
            if waits:
                raise
        async with background(app):
            yield
        await pool.close(timeout=1)

    return _with_handlers(FastAPI(lifespan=lifespan))
