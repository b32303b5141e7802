"""Articles, cached for a minute; an update takes its article out of the cache.

Broken: a read that began before the update puts what it found into the cache, after the update took
it out. Sound: a read keeps nothing when an update came or was under way meanwhile.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI, Path
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from tests.pairs.ninth_parts import LIMITS, address, create_tables, refuse

TABLES = (
    "CREATE TABLE IF NOT EXISTS articles (id int PRIMARY KEY, title text NOT NULL)",
    (
        "INSERT INTO articles SELECT n, 'title ' || n FROM generate_series(1, 20) n"
        " ON CONFLICT DO NOTHING"
    ),
)
KEPT_SECONDS = 60.0
Number = Annotated[int, Path(ge=1, le=20)]


class Title(BaseModel):
    """What a client sends."""

    title: str = Field(min_length=1, max_length=40)


class Cache:
    """Titles in the memory of the process, and what happens to them."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[float, str]] = {}
        self._changes: dict[int, int] = defaultdict(int)
        self._writers: dict[int, int] = defaultdict(int)

    def get(self, number: int) -> str | None:
        until, title = self._kept.get(number, (0.0, ""))
        return title if time.monotonic() < until else None

    def put(self, number: int, title: str) -> None:
        self._kept[number] = time.monotonic() + KEPT_SECONDS, title

    def moment(self, number: int) -> int | None:
        """Of the last change; None while there is one."""
        return None if self._writers[number] else self._changes[number]

    @asynccontextmanager
    async def changing(self, number: int) -> AsyncIterator[None]:
        """Around an update, whatever becomes of it."""
        self._writers[number] += 1
        try:
            yield
        finally:
            self._writers[number] -= 1
            self._changes[number] += 1
            self._kept.pop(number, None)


def make(*, looks: bool) -> FastAPI:
    cache = Cache()
    engine = create_async_engine(
        address("psycopg"), pool_size=10, max_overflow=0, pool_timeout=1,
        connect_args={"connect_timeout": 2, "options": LIMITS},
    )  # fmt: skip

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await create_tables(engine, TABLES)
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)
    refuse(app, SQLAlchemyError, OSError)

    @app.get("/articles/{number}")
    async def read(number: Number) -> dict[str, Any]:
        title = cache.get(number)
        if title is None:
            before = cache.moment(number)
            async with engine.connect() as held:
                found = await held.execute(text("SELECT title FROM articles WHERE id = :id"),
                                           {"id": number})  # fmt: skip
                title = found.scalar_one()
            if not looks or (before is not None and before == cache.moment(number)):
                cache.put(number, title)
        return {"id": number, "title": title}

    @app.put("/articles/{number}")
    async def change(number: Number, sent: Title) -> dict[str, Any]:
        async with cache.changing(number), engine.begin() as held:
            await held.execute(text("UPDATE articles SET title = :title WHERE id = :id"),
                               {"title": sent.title, "id": number})  # fmt: skip
        return {"id": number, "title": sent.title}

    @app.get("/articles")
    async def first() -> list[int]:
        async with engine.connect() as held:
            rows = await held.execute(text("SELECT id FROM articles ORDER BY id LIMIT 10"))
            return [row.id for row in rows]

    return app


def broken() -> FastAPI:
    return make(looks=False)


def sound() -> FastAPI:
    return make(looks=True)
