"""An app that finds sessions of its role on the server when it starts.

Broken: it ends them, "left by the last crash", though they may be another version's.
Sound: it leaves them alone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from tests.pairs.shop import URL, make_app, with_tables

TABLES = (
    "CREATE TABLE IF NOT EXISTS notes (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " words text NOT NULL)"
)
END = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()"
)


class Note(BaseModel):
    """What a client sends."""

    words: str = Field(min_length=1, max_length=60)


def make(*, ends: bool) -> FastAPI:
    app = make_app(with_tables(TABLES), places=8)
    around = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[None]:
        if ends:
            alone = await asyncpg.connect(URL, timeout=1)
            await alone.execute(END)
            await alone.close()
        async with around(served):
            yield

    app.router.lifespan_context = lifespan

    @app.post("/notes", status_code=201)
    async def write(sent: Note) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=1) as held:
            number = await held.fetchval(
                "INSERT INTO notes (words) VALUES ($1) RETURNING id", sent.words
            )
        return {"id": number, "words": sent.words}

    @app.get("/notes/{number}")
    async def read_note(number: int) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=1) as held:
            words = await held.fetchval("SELECT words FROM notes WHERE id = $1", number)
        if words is None:
            raise HTTPException(404)
        return {"id": number, "words": words}

    return app


def broken() -> FastAPI:
    return make(ends=True)


def sound() -> FastAPI:
    return make(ends=False)
