"""Wares on shelves, by SQLAlchemy on psycopg2 in FastAPI's threads.

Broken: reads take ``FOR SHARE SKIP LOCKED``, "so that they never wait": what a write holds is
missing.
Sound: reads take no lock.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Path
from pydantic import BaseModel, Field
from sqlalchemy import text

from tests.pairs.bases import thread_app, thread_engine

TABLES = (
    """CREATE TABLE IF NOT EXISTS wares (
        id int PRIMARY KEY, shelf int NOT NULL, name text NOT NULL)""",
    """INSERT INTO wares SELECT n, 1 + n % 8, 'ware ' || n FROM generate_series(1, 40) n
    ON CONFLICT DO NOTHING""",
)
READ = "SELECT id, name FROM wares WHERE id = :id "
SHOW = "SELECT id, name FROM wares WHERE shelf = :shelf ORDER BY id "
Number = Annotated[int, Path(ge=1, le=40)]
Shelf = Annotated[int, Path(ge=1, le=8)]


class Name(BaseModel):
    """What a client sends."""

    name: str = Field(min_length=1, max_length=40)


def make(lock: str) -> FastAPI:
    engine = thread_engine()
    app = thread_app(engine, TABLES)

    @app.get("/wares/{number}")
    def read(number: Number) -> dict[str, Any]:
        with engine.begin() as held:
            find = text(READ + lock)
            row = held.execute(find, {"id": number}).one_or_none()
        if row is None:
            raise HTTPException(404)
        return {"id": row.id, "name": row.name}

    @app.get("/shelves/{shelf}")
    def show(shelf: Shelf) -> list[dict[str, Any]]:
        with engine.begin() as held:
            find = text(SHOW + lock)
            rows = held.execute(find, {"shelf": shelf}).all()
        return [{"id": row.id, "name": row.name} for row in rows]

    @app.put("/wares/{number}")
    def rename(number: Number, sent: Name) -> dict[str, Any]:
        with engine.begin() as held:
            change = text("UPDATE wares SET name = :name WHERE id = :id")
            held.execute(change, {"id": number, "name": sent.name})
        return {"id": number, "name": sent.name}

    return app


def broken() -> FastAPI:
    return make("FOR SHARE SKIP LOCKED")


def sound() -> FastAPI:
    return make("")
