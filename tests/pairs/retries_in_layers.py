"""Points of players; a repository that tries again, and a service above it.

Broken: both try four times, at once. Sound: one of them tries twice, with a pause.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException, Path
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.pairs.bases import async_app, async_engine

TABLES = (
    "CREATE TABLE IF NOT EXISTS player (id int PRIMARY KEY, points int NOT NULL)",
    "CREATE TABLE IF NOT EXISTS score (key text PRIMARY KEY, player_id int, points int NOT NULL)",
    "INSERT INTO player SELECT n, 0 FROM generate_series(1, 100) n ON CONFLICT DO NOTHING",
)
ONCE = text("INSERT INTO score VALUES (:key, :id, :points) ON CONFLICT DO NOTHING RETURNING key")
ADD = text("UPDATE player SET points = points + :points WHERE id = :id")
READ = text("SELECT points FROM player WHERE id = :id")
SHORT = (DBAPIError, OSError)
Number = Annotated[int, Path(ge=1, le=100)]
Key = Annotated[str, Header(min_length=1, max_length=80)]
Work = Callable[[], Awaitable[Any]]


class Score(BaseModel):
    """What a client sends."""

    points: int = Field(ge=1, le=100)


async def tried(work: Work, times: int, pause: float) -> Any:
    """The result of one of ``times`` tries."""
    for _ in range(times - 1):
        try:
            return await work()
        except SHORT:
            await asyncio.sleep(pause * random.random())  # noqa: S311 - no secret
    return await work()


def make(*, layers: int, times: int, pause: float) -> FastAPI:
    engine = async_engine()
    app = async_app(engine, TABLES)

    async def guarded(work: Work) -> Any:
        async def repository() -> Any:
            return await tried(work, times, pause)

        return await (tried(repository, times, pause) if layers > 1 else repository())

    @app.post("/players/{number}/scores", status_code=201)
    async def add(number: Number, sent: Score, idempotency_key: Key) -> dict[str, Any]:
        values = {"key": idempotency_key, "id": number, "points": sent.points}

        async def work() -> None:
            async with engine.begin() as connection:
                if (await connection.execute(ONCE, values)).one_or_none():
                    await connection.execute(ADD, values)

        await guarded(work)
        return {"key": idempotency_key, "player": number, "points": sent.points}

    @app.get("/players/{number}")
    async def read(number: Number) -> dict[str, Any]:
        async def work() -> Any:
            async with engine.begin() as connection:
                return (await connection.execute(READ, {"id": number})).scalar_one_or_none()

        points = await guarded(work)
        if points is None:
            raise HTTPException(404)
        return {"id": number, "points": points}

    return app


def broken() -> FastAPI:
    return make(layers=2, times=4, pause=0.0)


def sound() -> FastAPI:
    return make(layers=1, times=2, pause=0.1)
