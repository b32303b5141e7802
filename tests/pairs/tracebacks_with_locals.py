"""Notes behind asyncpg's pool; errors of the database are logged with their tracebacks.

Broken: the tracebacks show their local variables, one of which is the app's settings.
Sound: they show lines only.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import asyncpg
from fastapi import FastAPI, HTTPException, Path, Request, Response
from pydantic import BaseModel, Field

from tests.pairs.ninth_parts import BARE, LIMIT
from tests.pairs.shop import AWAY, unavailable

TABLES = (
    "CREATE TABLE IF NOT EXISTS memos (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " desk int NOT NULL, words text NOT NULL)"
)
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
log = logging.getLogger("memos")


class Memo(BaseModel):
    """What a client sends."""

    desk: int = Field(ge=1, le=50)
    words: str = Field(min_length=1, max_length=40)


@dataclass(frozen=True)
class Settings:
    """Where the database is, and how long to wait for it."""

    address: str
    seconds: float


class Formatter(logging.Formatter):
    """With tracebacks in one of two forms."""

    def __init__(self, *, shows_locals: bool) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")
        self._shows_locals = shows_locals

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's
        """Of the error that is logged."""
        shown = traceback.TracebackException(*ei, capture_locals=self._shows_locals)
        return "".join(shown.format())


async def ask(pool: asyncpg.Pool, settings: Settings, sql: str, *values: object) -> Any:
    """The first row."""
    async with pool.acquire(timeout=settings.seconds) as held:
        return await held.fetchrow(sql, *values)


async def refuse(request: Request, error: Exception) -> Response:
    """503, and a traceback for those who look for the cause."""
    log.warning("%s was refused", request.url.path, exc_info=error)
    return await unavailable(request, error)


def make(*, shows_locals: bool) -> FastAPI:
    settings = Settings(BARE, LIMIT)
    handler = logging.StreamHandler()
    handler.setFormatter(Formatter(shows_locals=shows_locals))
    log.handlers, log.propagate = [handler], False

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(
            settings.address, min_size=8, max_size=8, timeout=LIMIT, command_timeout=LIMIT
        ) as app.state.pool:
            await app.state.pool.execute(TABLES)
            yield

    app = FastAPI(lifespan=lifespan)
    for kind in AWAY:
        app.add_exception_handler(kind, refuse)

    @app.post("/memos", status_code=201)
    async def write(sent: Memo) -> dict[str, Any]:
        sql = "INSERT INTO memos (desk, words) VALUES ($1, $2) RETURNING id"
        row = await ask(app.state.pool, settings, sql, sent.desk, sent.words)
        return {"id": row["id"], "desk": sent.desk, "words": sent.words}

    @app.get("/memos/{number}")
    async def read(number: Number) -> dict[str, Any]:
        sql = "SELECT id, desk, words FROM memos WHERE id = $1"
        row = await ask(app.state.pool, settings, sql, number)
        if row is None:
            raise HTTPException(404)
        return dict(row)

    return app


def broken() -> FastAPI:
    return make(shows_locals=True)


def sound() -> FastAPI:
    return make(shows_locals=False)
