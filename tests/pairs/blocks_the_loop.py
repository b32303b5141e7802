"""Synchronous calls of psycopg in ``async def``: the event loop waits with each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from tests.pairs.fourteenth_parts import pool_in_threads, refuse

TABLES = """
CREATE TABLE IF NOT EXISTS notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    words text NOT NULL);
INSERT INTO notes (words) SELECT 'first' WHERE NOT EXISTS (SELECT FROM notes)"""


class Wanted(BaseModel):
    words: str = Field(min_length=1, max_length=50, pattern="^[a-z]+$")


class Note(BaseModel):
    id: int
    words: str


def make(*, in_threads: bool) -> FastAPI:
    database = pool_in_threads()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        database.open(wait=True)
        with database.connection() as connection:
            connection.execute(TABLES)
        yield
        database.close()

    app = FastAPI(lifespan=lifespan)
    refuse(app)

    def add(wanted: Wanted) -> Note:
        with database.connection() as connection:
            row = connection.execute(
                "INSERT INTO notes (words) VALUES (%s) RETURNING id, words", (wanted.words,)
            ).fetchone()
        if row is None:
            raise HTTPException(500)
        return Note(id=row[0], words=row[1])

    def read(number: int) -> Note:
        with database.connection() as connection:
            row = connection.execute(
                "SELECT id, words FROM notes WHERE id = %s", (number,)
            ).fetchone()
        if row is None:
            raise HTTPException(404)
        return Note(id=row[0], words=row[1])

    async def add_in_the_loop(wanted: Wanted) -> Note:
        return add(wanted)

    async def read_in_the_loop(number: int) -> Note:
        return read(number)

    app.post("/notes", status_code=201)(add if in_threads else add_in_the_loop)
    app.get("/notes/{number}")(read if in_threads else read_in_the_loop)

    @app.get("/version")
    async def version() -> dict[str, str]:
        return {"version": "1"}

    return app


def broken() -> FastAPI:
    return make(in_threads=False)


def sound() -> FastAPI:
    return make(in_threads=True)
