"""Seats by the library databases; the texts of errors are in a table, in two languages.

Broken: the error handler reads the text of an error when it needs it. Sound: texts are read at the
start.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import asyncpg
from databases import Database
from fastapi import FastAPI, HTTPException, Path, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from tests.pairs.ninth_parts import BARE, LIMIT

TABLES = (
    "CREATE TABLE IF NOT EXISTS seats (id int PRIMARY KEY, guest text NOT NULL)",
    """INSERT INTO seats SELECT n, 'guest ' || n FROM generate_series(1, 40) n
    ON CONFLICT DO NOTHING""",
    "CREATE TABLE IF NOT EXISTS texts (code text PRIMARY KEY, words text NOT NULL)",
    """INSERT INTO texts VALUES ('away-en', 'Please try again later.'),
    ('away-de', 'Bitte später noch einmal versuchen.') ON CONFLICT DO NOTHING""",
)
ERRORS = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
PLACES = 10
Number = Annotated[int, Path(ge=1, le=40)]


class Guest(BaseModel):
    """What a client sends."""

    guest: str = Field(min_length=1, max_length=40)


def problem(words: str) -> JSONResponse:
    """503, with a text for people."""
    return JSONResponse(
        {"type": "about:blank", "title": "Service Unavailable", "status": 503, "detail": words},
        status_code=503, media_type="application/problem+json", headers={"Retry-After": "1"},
    )  # fmt: skip


def make(*, reads_when_needed: bool) -> FastAPI:  # noqa: C901
    database = Database(
        BARE, min_size=PLACES, max_size=PLACES, command_timeout=LIMIT, timeout=LIMIT
    )
    texts: dict[str, str] = {}
    places = asyncio.Semaphore(PLACES)

    @asynccontextmanager
    async def place() -> AsyncIterator[None]:
        """The library's own wait for a connection has no limit."""
        async with asyncio.timeout(LIMIT):
            await places.acquire()
        try:
            yield
        finally:
            places.release()

    async def load() -> None:
        for row in await database.fetch_all("SELECT code, words FROM texts"):
            texts[row["code"]] = row["words"]

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await database.connect()
        for statement in TABLES:
            await database.execute(statement)
        await load()
        yield
        await database.disconnect()

    app = FastAPI(lifespan=lifespan)

    async def refuse(request: Request, _error: Exception) -> JSONResponse:
        if reads_when_needed:
            await load()
        language = request.headers.get("accept-language", "en")[:2]
        return problem(texts.get(f"away-{language}", texts["away-en"]))

    for kind in ERRORS:
        app.add_exception_handler(kind, refuse)

    @app.get("/seats/{number}")
    async def read(number: Number) -> dict[str, Any]:
        find = "SELECT id, guest FROM seats WHERE id = :id"
        async with place():
            row = await database.fetch_one(find, {"id": number})
        if row is None:
            raise HTTPException(404)
        return {"id": row["id"], "guest": row["guest"]}

    @app.put("/seats/{number}")
    async def seat(number: Number, sent: Guest) -> dict[str, Any]:
        change = "UPDATE seats SET guest = :guest WHERE id = :id"
        async with place():
            await database.execute(change, {"id": number, "guest": sent.guest})
        return {"id": number, "guest": sent.guest}

    return app


def broken() -> FastAPI:
    return make(reads_when_needed=True)


def sound() -> FastAPI:
    return make(reads_when_needed=False)
