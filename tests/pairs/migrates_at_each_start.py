"""Products get their short names from a migration that runs when the app starts.

Broken: at each start, under the table's lock, though it was done. Sound: once, and it is noted.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Path
from pydantic import BaseModel, Field
from sqlalchemy import Connection, text

from tests.pairs.bases import add_to_lifespan, thread_app, thread_engine

PRODUCTS = 200
WORK_SECONDS = 0.005
TABLES = (
    "CREATE TABLE IF NOT EXISTS product (id int PRIMARY KEY, name text NOT NULL, slug text)",
    "CREATE TABLE IF NOT EXISTS revision (number int PRIMARY KEY)",
    """INSERT INTO product SELECT n, 'Product ' || n FROM generate_series(1, 200) n
    ON CONFLICT DO NOTHING""",
)
RENAME = text("UPDATE product SET name = :name WHERE id = :id RETURNING id, name")
READ = text("SELECT id, name FROM product WHERE id = :id")
Number = Annotated[int, Path(ge=1, le=PRODUCTS)]


class Name(BaseModel):
    """What a client sends."""

    name: str = Field(min_length=1, max_length=40)


def migrate(connection: Connection, *, noted: bool) -> None:
    """Give each product its short name."""
    connection.execute(text("SELECT pg_advisory_xact_lock(81)"))
    if noted and connection.execute(text("SELECT 1 FROM revision WHERE number = 2")).all():
        return
    connection.execute(text("LOCK TABLE product IN ACCESS EXCLUSIVE MODE"))
    for number, name in connection.execute(text("SELECT id, name FROM product")).all():
        time.sleep(WORK_SECONDS)  # what a real one computes
        values = {"id": number, "slug": name.lower().replace(" ", "-")}
        connection.execute(text("UPDATE product SET slug = :slug WHERE id = :id"), values)
    connection.execute(text("INSERT INTO revision VALUES (2) ON CONFLICT DO NOTHING"))


def make(*, noted: bool) -> FastAPI:
    engine = thread_engine()
    app = thread_app(engine, TABLES)

    @asynccontextmanager
    async def migrated() -> AsyncIterator[None]:
        with engine.begin() as connection:
            migrate(connection, noted=noted)
        yield

    add_to_lifespan(app, migrated)

    @app.get("/products/{number}")
    def read(number: Number) -> dict[str, Any]:
        with engine.begin() as connection:
            row = connection.execute(READ, {"id": number}).mappings().one_or_none()
        if row is None:
            raise HTTPException(404)
        return dict(row)

    @app.put("/products/{number}")
    def rename(number: Number, sent: Name) -> dict[str, Any]:
        with engine.begin() as connection:
            values = {"id": number, "name": sent.name}
            return dict(connection.execute(RENAME, values).mappings().one())

    return app


def broken() -> FastAPI:
    return make(noted=False)


def sound() -> FastAPI:
    return make(noted=True)
