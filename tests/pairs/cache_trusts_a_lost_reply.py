"""Settings with a cache in the process.

Broken: the entry is replaced after success only; a COMMIT whose reply was lost leaves the old one.
Sound: whatever becomes of a change, the entry is gone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI, Path
from psycopg2 import extensions  # type: ignore[import-untyped]
from pydantic import BaseModel, Field
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from tests.pairs.ninth_parts import LIMITS, address, refuse, wait_in_time

TABLES = (
    "CREATE TABLE IF NOT EXISTS settings (id int PRIMARY KEY, value int NOT NULL)",
    "INSERT INTO settings SELECT n, 0 FROM generate_series(1, 40) n ON CONFLICT DO NOTHING",
)
READ = text("SELECT value FROM settings WHERE id = :id")
WRITE = text("UPDATE settings SET value = :value WHERE id = :id")
Number = Annotated[int, Path(ge=1, le=40)]


class Value(BaseModel):
    """What a client sends."""

    value: int = Field(ge=1, le=100_000)


def make(*, trusts: bool) -> FastAPI:  # noqa: C901
    engine = create_engine(
        address("psycopg2"), pool_size=10, max_overflow=0, pool_timeout=1,
        connect_args={"connect_timeout": 2, "options": LIMITS},
    )  # fmt: skip
    cache: dict[int, int] = {}
    changes: Counter[int] = Counter()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        extensions.set_wait_callback(wait_in_time)
        with engine.begin() as held:
            for statement in TABLES:
                held.execute(text(statement))
        yield
        engine.dispose()

    app = FastAPI(lifespan=lifespan)
    refuse(app, SQLAlchemyError, OSError)

    def gone(number: int) -> None:
        changes[number] += 1
        cache.pop(number, None)

    @app.get("/settings/{number}")
    def read(number: Number) -> dict[str, int]:
        if (known := cache.get(number)) is not None:
            return {"id": number, "value": known}
        before = changes[number]
        with engine.connect() as held:
            value: int = held.execute(READ, {"id": number}).scalar_one()
        if changes[number] == before:
            cache[number] = value
        return {"id": number, "value": value}

    def store(number: int, value: int) -> None:
        with engine.begin() as held:
            held.execute(WRITE, {"id": number, "value": value})

    @app.put("/settings/{number}")
    def change(number: Number, sent: Value) -> dict[str, int]:
        if trusts:
            store(number, sent.value)
            gone(number)
        else:
            gone(number)
            try:
                store(number, sent.value)
            finally:
                gone(number)
        return {"id": number, "value": sent.value}

    @app.get("/settings")
    def some() -> list[dict[str, Any]]:
        with engine.connect() as held:
            rows = held.execute(text("SELECT id, value FROM settings ORDER BY id LIMIT 5"))
            return [{"id": row.id, "value": row.value} for row in rows]

    return app


def broken() -> FastAPI:
    return make(trusts=True)


def sound() -> FastAPI:
    return make(trusts=False)
