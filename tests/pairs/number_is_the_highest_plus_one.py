"""Invoices with numbers without a gap, by SQLAlchemy on psycopg.

Broken: the next number is the highest one plus one. Sound: it is counted in a row that the
invoice's transaction has locked.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Path
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from tests.pairs.ninth_parts import LIMIT, LIMITS, address, create_tables, refuse

TABLES = (
    (
        "CREATE TABLE IF NOT EXISTS invoices (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
        " number int NOT NULL, customer text NOT NULL, cents int NOT NULL)"
    ),
    "CREATE TABLE IF NOT EXISTS counters (name text PRIMARY KEY, last int NOT NULL)",
    "INSERT INTO counters VALUES ('invoices', 0) ON CONFLICT DO NOTHING",
)
HIGHEST = text("SELECT coalesce(max(number), 0) + 1 FROM invoices")
COUNTED = text("UPDATE counters SET last = last + 1 WHERE name = 'invoices' RETURNING last")
MAKE = text(
    "INSERT INTO invoices (number, customer, cents) VALUES (:number, :customer, :cents)"
    " RETURNING id"
)
READ = text("SELECT id, number, customer, cents FROM invoices WHERE id = :id")
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]


class Invoice(BaseModel):
    """What a client sends."""

    customer: str = Field(min_length=1, max_length=40)
    cents: int = Field(ge=1, le=99999)


def make(*, counts: bool) -> FastAPI:
    engine = create_async_engine(
        address("psycopg"), pool_size=10, max_overflow=0, pool_timeout=LIMIT, pool_pre_ping=True,
        connect_args={"connect_timeout": 2, "options": LIMITS},
    )  # fmt: skip

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await create_tables(engine, TABLES)
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)
    refuse(app, SQLAlchemyError, OSError, TimeoutError)

    @app.post("/invoices", status_code=201)
    async def bill(sent: Invoice) -> dict[str, Any]:
        async with engine.begin() as held:
            number = (await held.execute(COUNTED if counts else HIGHEST)).scalar_one()
            values = {"number": number, **sent.model_dump()}
            made = (await held.execute(MAKE, values)).scalar_one()
        return {"id": made, **values}

    @app.get("/invoices/{made}")
    async def read(made: Id) -> dict[str, Any]:
        async with engine.connect() as held:
            row = (await held.execute(READ, {"id": made})).mappings().one_or_none()
        if row is None:
            raise HTTPException(404)
        return dict(row)

    return app


def broken() -> FastAPI:
    return make(counts=False)


def sound() -> FastAPI:
    return make(counts=True)
