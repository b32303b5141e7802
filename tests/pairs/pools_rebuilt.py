"""A pool that is made again after an error, "to reconnect".

Broken: the old one stays open. Sound: it is closed first.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import asyncpg
from fastapi import FastAPI, Path

from tests.pairs.shop import AWAY, URL, unavailable

TABLE = """CREATE TABLE IF NOT EXISTS tool (id int PRIMARY KEY, name text);
INSERT INTO tool SELECT n, 'tool ' || n FROM generate_series(1, 50) n ON CONFLICT DO NOTHING"""
READ = "SELECT id, name FROM tool WHERE id = $1"
PAUSE_SECONDS = 0.1


class Database:
    """Its pool, and how it is made again: not more often than each ``PAUSE_SECONDS``."""

    def __init__(self, *, closes: bool) -> None:
        self._closes = closes
        self._lock = asyncio.Lock()
        self._pool: asyncpg.Pool | None = None

    async def connect(self) -> None:
        """Make the pool."""
        self._pool = await asyncpg.create_pool(
            URL, min_size=3, max_size=6, timeout=1, command_timeout=0.7
        )

    async def _again(self, failed: Any) -> None:
        async with self._lock:
            if self._pool is failed:
                if self._closes and failed is not None:
                    failed.terminate()
                await self.connect()
                await asyncio.sleep(PAUSE_SECONDS)

    async def ask(self, method: str, sql: str, *arguments: object) -> Any:
        """What the method of the pool gives."""
        pool = self._pool
        assert pool is not None
        try:
            async with asyncio.timeout(1.5):
                return await getattr(pool, method)(sql, *arguments)
        except AWAY:
            async with asyncio.timeout(1.2):
                await self._again(pool)
            raise

    async def close(self) -> None:
        """Close the pool."""
        if self._pool is not None:
            self._pool.terminate()


def make(*, closes: bool) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.database = database = Database(closes=closes)
        await database.connect()
        await database.ask("execute", TABLE)
        yield
        await database.close()

    app = FastAPI(lifespan=lifespan)
    for kind in AWAY:
        app.add_exception_handler(kind, unavailable)

    @app.get("/tools/{number}")
    async def tool(number: Annotated[int, Path(ge=1, le=50)]) -> dict[str, Any]:
        return dict(await app.state.database.ask("fetchrow", READ, number))

    return app


def broken() -> FastAPI:
    return make(closes=False)


def sound() -> FastAPI:
    return make(closes=True)
