"""A page of eleven statements. Broken: each has a limit. Sound: the request has one, too."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.exceptions import BaseORMException

from tests.pairs.bases import SHELF, TABLES, Number
from tests.pairs.shop import AWAY, unavailable

DEADLINE = 2.0
PAGE = "SELECT id FROM shelf ORDER BY id LIMIT 10"


def _client() -> AsyncpgDBClient:
    parts = urlsplit(os.environ["DATABASE_URL"])
    return AsyncpgDBClient(
        parts.username, parts.password, parts.path.removeprefix("/"), parts.hostname,
        parts.port or 5432, connection_name="shelves", minsize=5, maxsize=10,
        timeout=1, command_timeout=1,
    )  # fmt: skip


def make(*, seconds: float | None) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.client = _client()
        await app.state.client.create_connection(with_db=True)
        for sql in TABLES:
            await app.state.client.execute_script(sql)
        yield
        await app.state.client.close()

    app = FastAPI(lifespan=lifespan)
    for kind in (*AWAY, BaseORMException):
        app.add_exception_handler(kind, unavailable)

    async def rows(sql: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await app.state.client.execute_query_dict(sql)
        return found

    @app.get("/shelves")
    async def shelves() -> list[dict[str, Any]]:
        async with asyncio.timeout(seconds):
            page = await rows(PAGE)
            return [(await rows(f"{SHELF} {row['id']}"))[0] for row in page]

    @app.get("/shelves/{number}")
    async def shelf(number: Number) -> dict[str, Any]:
        async with asyncio.timeout(seconds):
            return (await rows(f"{SHELF} {number}"))[0]

    return app


def broken() -> FastAPI:
    return make(seconds=None)


def sound() -> FastAPI:
    return make(seconds=DEADLINE)
