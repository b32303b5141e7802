"""Stars, and an export of all of them as a stream, of which ten may be under way, by a row.

Broken: the row is counted down in ``finally`` by an ``await`` that a leaving client cancels.
Sound: a task of its own counts it down.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Path
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from tests.pairs.shop import make_app, with_tables

TABLES = (
    "CREATE TABLE IF NOT EXISTS stars (id int PRIMARY KEY, name text NOT NULL);"
    "INSERT INTO stars SELECT n, 'star ' || n FROM generate_series(1, 60) n"
    " ON CONFLICT DO NOTHING;"
    "CREATE TABLE IF NOT EXISTS exports (id int PRIMARY KEY, running int NOT NULL);"
    "INSERT INTO exports VALUES (1, 0) ON CONFLICT (id) DO UPDATE SET running = 0"
)
PAGE = "SELECT id, name FROM stars WHERE id > $1 ORDER BY id LIMIT 15"
BEGIN = "UPDATE exports SET running = running + 1 WHERE running < 10 RETURNING running"
END = "UPDATE exports SET running = running - 1"
Number = Annotated[int, Path(ge=1, le=60)]


class Name(BaseModel):
    """What a client sends."""

    name: str = Field(min_length=1, max_length=40)


async def from_first(first: str, others: AsyncIterator[str]) -> AsyncIterator[str]:
    """All lines; the first one was asked for before the answer began."""
    yield first
    async for line in others:
        yield line


def make(*, in_a_task: bool) -> FastAPI:  # noqa: C901
    app = make_app(with_tables(TABLES), places=10)
    ending: set[asyncio.Task[Any]] = set()

    async def ask(sql: str, *values: object) -> list[Any]:
        async with app.state.pool.acquire(timeout=1) as held:
            found: list[Any] = await held.fetch(sql, *values)
            return found

    async def count_down() -> None:
        if not in_a_task:
            await ask(END)
            return
        task = asyncio.create_task(ask(END))
        ending.add(task)
        task.add_done_callback(ending.discard)
        await asyncio.shield(task)

    async def lines() -> AsyncIterator[str]:
        try:
            after = 0
            while page := await ask(PAGE, after):
                for row in page:
                    yield json.dumps({"id": row["id"], "name": row["name"]}) + "\n"
                after = page[-1]["id"]
        finally:
            await count_down()

    @app.get("/export")
    async def export() -> StreamingResponse:
        if not await ask(BEGIN):
            raise HTTPException(429, "Too many exports.", headers={"Retry-After": "1"})
        found = lines()
        first = await anext(found)
        return StreamingResponse(from_first(first, found), media_type="application/x-ndjson")

    @app.get("/stars/{number}")
    async def read(number: Number) -> dict[str, Any]:
        ((name,),) = await ask("SELECT name FROM stars WHERE id = $1", number)
        return {"id": number, "name": name}

    @app.put("/stars/{number}")
    async def rename(number: Number, sent: Name) -> dict[str, Any]:
        await ask("UPDATE stars SET name = $2 WHERE id = $1", number, sent.name)
        return {"id": number, "name": sent.name}

    return app


def broken() -> FastAPI:
    return make(in_a_task=False)


def sound() -> FastAPI:
    return make(in_a_task=True)
