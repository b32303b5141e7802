"""What the pairs with SQLAlchemy share: an engine, tables, and 503 while the database is away."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

from tests.pairs.shop import unavailable

URL = os.environ.get("DATABASE_URL", "postgresql://app@127.0.0.1:1/app").replace(
    "postgresql://", "postgresql+asyncpg://", 1
)
TABLES = (
    "CREATE TABLE IF NOT EXISTS items (id int PRIMARY KEY, stock int)",
    "CREATE TABLE IF NOT EXISTS notes (key text PRIMARY KEY)",
    "INSERT INTO items SELECT n, 10 FROM generate_series(1, 100) n ON CONFLICT DO NOTHING",
)


def make_engine(**options: Any) -> AsyncEngine:
    """An engine with time-outs."""
    return create_async_engine(
        URL, pool_size=10, max_overflow=0, pool_timeout=1,
        connect_args={"timeout": 1, "command_timeout": 1}, **options,
    )  # fmt: skip


def make_app(engine: AsyncEngine) -> FastAPI:
    """An app with ``app.state.sessions`` and the tables ``items`` and ``notes``."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with engine.begin() as connection:
            for statement in TABLES:
                await connection.execute(text(statement))
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    for kind in (SQLAlchemyError, OSError):
        app.add_exception_handler(kind, unavailable)
    return app


READ = text("SELECT stock FROM items WHERE id = :id")
