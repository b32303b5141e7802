"""Documents with a version that each change raises.

Broken: whether the row still had the version that was read is not looked at. Sound: if it had not,
the change is done again.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Path
from pydantic import BaseModel, Field

from tests.pairs.shop import make_app, with_tables

TABLES = (
    "CREATE TABLE IF NOT EXISTS document (id int PRIMARY KEY, version int NOT NULL, title text,"
    " words int NOT NULL);"
    "INSERT INTO document SELECT n, 1, 'document ' || n, 0 FROM generate_series(1, 30) n"
    " ON CONFLICT DO NOTHING"
)
READ = "SELECT id, version, title, words FROM document WHERE id = $1"
TITLE = "UPDATE document SET title = $3, version = version + 1 WHERE id = $1 AND version = $2"
WORDS = "UPDATE document SET words = $3, version = version + 1 WHERE id = $1 AND version = $2"
TRIES = 10
Number = Annotated[int, Path(ge=1, le=30)]


class Title(BaseModel):
    """What a client sends."""

    title: str = Field(min_length=1, max_length=40)


class Words(BaseModel):
    """What a client sends."""

    words: int = Field(ge=0, le=10_000)


def make(*, looks: bool) -> FastAPI:
    app = make_app(with_tables(TABLES), places=10)

    async def change(number: int, sql: str, value: str | int) -> None:
        async with app.state.pool.acquire(timeout=1) as held:
            for _ in range(TRIES):
                row = await held.fetchrow(READ, number)
                if row is None:
                    raise HTTPException(404)
                done = await held.execute(sql, number, row["version"], value)
                if done != "UPDATE 0" or not looks:
                    return
        raise HTTPException(503, headers={"Retry-After": "1"})

    @app.put("/documents/{number}/title")
    async def retitle(number: Number, sent: Title) -> dict[str, Any]:
        await change(number, TITLE, sent.title)
        return {"id": number, "title": sent.title}

    @app.put("/documents/{number}/words")
    async def recount(number: Number, sent: Words) -> dict[str, Any]:
        await change(number, WORDS, sent.words)
        return {"id": number, "words": sent.words}

    @app.get("/documents/{number}")
    async def read(number: Number) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=1) as held:
            row = await held.fetchrow(READ, number)
        if row is None:
            raise HTTPException(404)
        return {"id": row["id"], "title": row["title"], "words": row["words"]}

    return app


def broken() -> FastAPI:
    return make(looks=False)


def sound() -> FastAPI:
    return make(looks=True)
