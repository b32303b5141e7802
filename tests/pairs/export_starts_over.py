"""Events, and an export of all of them as a stream of lines, which repeats what fails.

Broken: the repeat starts the export again, behind what was sent. Sound: it goes on behind it.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import FastAPI, Path
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from tests.pairs.shop import AWAY, make_app, with_tables

TABLES = (
    "CREATE TABLE IF NOT EXISTS events (id int PRIMARY KEY, kind text NOT NULL);"
    "CREATE TABLE IF NOT EXISTS remarks (event int NOT NULL, words text NOT NULL);"
    "INSERT INTO events SELECT n, 'kind ' || n % 7 FROM generate_series(1, 80) n"
    " ON CONFLICT DO NOTHING"
)
PAGE = "SELECT id, kind FROM events WHERE id > $1 ORDER BY id LIMIT 10"
Number = Annotated[int, Path(ge=1, le=80)]


class Remark(BaseModel):
    """What a client sends."""

    words: str = Field(min_length=1, max_length=40)


def make(*, starts_over: bool) -> FastAPI:  # noqa: C901
    app = make_app(with_tables(TABLES), places=10)

    async def lines(after: int) -> AsyncIterator[tuple[int, str]]:
        while True:
            async with app.state.pool.acquire(timeout=1) as held:
                rows = await held.fetch(PAGE, after)
            if not rows:
                return
            for row in rows:
                yield row["id"], json.dumps({"id": row["id"], "kind": row["kind"]}) + "\n"
            after = rows[-1]["id"]

    async def repeated() -> AsyncIterator[str]:
        last = 0
        for left in (2, 1, 0):
            try:
                async for number, line in lines(0 if starts_over else last):
                    yield line
                    last = number
            except AWAY:
                if not left:
                    raise
            else:
                return

    @app.get("/export")
    async def export() -> StreamingResponse:
        return StreamingResponse(repeated(), media_type="application/x-ndjson")

    @app.get("/events/{number}")
    async def read(number: Number) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=1) as held:
            kind = await held.fetchval("SELECT kind FROM events WHERE id = $1", number)
        return {"id": number, "kind": kind}

    @app.post("/events/{number}/remarks", status_code=201)
    async def remark(number: Number, sent: Remark) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=1) as held:
            await held.execute("INSERT INTO remarks VALUES ($1, $2)", number, sent.words)
        return {"event": number, "words": sent.words}

    return app


def broken() -> FastAPI:
    return make(starts_over=True)


def sound() -> FastAPI:
    return make(starts_over=False)
