"""Quotes: a budget, and lines in a table of their own; an update replaces both.

Broken: they are read by two statements of one transaction, which at READ COMMITTED see two moments.
Sound: the transaction has one snapshot.
"""

from __future__ import annotations

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
    "CREATE TABLE IF NOT EXISTS quotes (id int PRIMARY KEY, budget int NOT NULL)",
    (
        "CREATE TABLE IF NOT EXISTS quote_lines (quote int NOT NULL, place int NOT NULL,"
        " item int NOT NULL, pieces int NOT NULL, PRIMARY KEY (quote, place))"
    ),
    "INSERT INTO quotes SELECT n, 50000 FROM generate_series(1, 10) n ON CONFLICT DO NOTHING",
    (
        "INSERT INTO quote_lines SELECT n, p, p, 1 FROM generate_series(1, 10) n,"
        " generate_series(1, 2) p ON CONFLICT DO NOTHING"
    ),
)
BUDGET = text("SELECT budget FROM quotes WHERE id = :id")
LINES = text("SELECT item, pieces FROM quote_lines WHERE quote = :id ORDER BY place")
CHANGE = text("UPDATE quotes SET budget = :budget WHERE id = :id")
FORGET = text("DELETE FROM quote_lines WHERE quote = :id")
ADD = text("INSERT INTO quote_lines VALUES (:id, :place, :item, :pieces)")
Number = Annotated[int, Path(ge=1, le=10)]


class Line(BaseModel):
    """What a client sends."""

    item: int = Field(ge=1, le=900)
    pieces: int = Field(ge=1, le=90)


class Quote(BaseModel):
    """What a client sends."""

    budget: int = Field(ge=1000, le=900_000)
    lines: Annotated[list[Line], Field(min_length=2, max_length=4)]


def make(*, level: str) -> FastAPI:
    engine = create_async_engine(
        address("psycopg"), pool_size=10, max_overflow=5, pool_timeout=1,
        connect_args={"connect_timeout": 2, "options": LIMITS},
    )  # fmt: skip
    reading = engine.execution_options(isolation_level=level)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await create_tables(engine, TABLES)
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)
    refuse(app, SQLAlchemyError, OSError)

    @app.get("/quotes/{number}")
    async def read(number: Number) -> dict[str, Any]:
        async with reading.connect() as held:
            budget = (await held.execute(BUDGET, {"id": number})).scalar_one()
            lines = (await held.execute(LINES, {"id": number})).mappings().all()
        return {"id": number, "budget": budget, "lines": [dict(line) for line in lines]}

    @app.put("/quotes/{number}")
    async def change(number: Number, sent: Quote) -> dict[str, Any]:
        async with engine.begin() as held:
            await held.execute(CHANGE, {"id": number, "budget": sent.budget})
            await held.execute(FORGET, {"id": number})
            for place, line in enumerate(sent.lines, 1):
                await held.execute(ADD, {"id": number, "place": place, **line.model_dump()})
        return {"id": number, **sent.model_dump()}

    return app


def broken() -> FastAPI:
    return make(level="READ COMMITTED")


def sound() -> FastAPI:
    return make(level="REPEATABLE READ")
