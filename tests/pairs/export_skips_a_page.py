"""Readings, and an export of a hundred of them as a stream of lines.

Broken: a page that cannot be read is logged and left out. Sound: the stream is cut off.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI, Path
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from tests.pairs.ninth_parts import LIMITS, address, create_tables, refuse

TABLES = (
    "CREATE TABLE IF NOT EXISTS readings (id int PRIMARY KEY, celsius int NOT NULL)",
    "CREATE TABLE IF NOT EXISTS remarks (reading int NOT NULL, words text NOT NULL)",
    "INSERT INTO readings SELECT n, n % 30 FROM generate_series(1, 100) n ON CONFLICT DO NOTHING",
)
PAGE = text("SELECT id, celsius FROM readings WHERE id BETWEEN :first AND :last ORDER BY id")
SIZE = 10
Number = Annotated[int, Path(ge=1, le=100)]
log = logging.getLogger("export")


class Remark(BaseModel):
    """What a client sends."""

    words: str = Field(min_length=1, max_length=40)


def make(*, skips: bool) -> FastAPI:
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

    async def page(first: int) -> str:
        async with engine.connect() as held:
            rows = await held.execute(PAGE, {"first": first, "last": first + SIZE - 1})
            return "".join(
                json.dumps({"id": row.id, "celsius": row.celsius}) + "\n" for row in rows
            )

    async def pages(begin: str) -> AsyncIterator[str]:
        yield begin
        for first in range(1 + SIZE, 100, SIZE):
            try:
                yield await page(first)
            except (SQLAlchemyError, OSError):
                if not skips:
                    raise
                log.warning("page %d could not be read", first)

    @app.get("/export")
    async def export() -> StreamingResponse:
        begin = await page(1)
        return StreamingResponse(pages(begin), media_type="application/x-ndjson")

    @app.get("/readings/{number}")
    async def read(number: Number) -> dict[str, Any]:
        async with engine.connect() as held:
            (row,) = await held.execute(PAGE, {"first": number, "last": number})
        return {"id": row.id, "celsius": row.celsius}

    @app.post("/readings/{number}/remarks", status_code=201)
    async def remark(number: Number, sent: Remark) -> dict[str, Any]:
        async with engine.begin() as held:
            await held.execute(text("INSERT INTO remarks VALUES (:id, :words)"),
                               {"id": number, "words": sent.words})  # fmt: skip
        return {"reading": number, "words": sent.words}

    return app


def broken() -> FastAPI:
    return make(skips=True)


def sound() -> FastAPI:
    return make(skips=False)
