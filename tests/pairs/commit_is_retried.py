"""Parcels behind psycopg2's own pool, in FastAPI's threads.

Broken: COMMIT is tried up to three times; the driver has ended the transaction after the first one,
and the second has nothing to commit. Sound: an error of COMMIT is an error.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import psycopg2  # type: ignore[import-untyped]
from fastapi import FastAPI, HTTPException, Path
from psycopg2 import extensions
from pydantic import BaseModel, Field

from tests.pairs.ninth_parts import refuse, wait_in_time
from tests.pairs.tenth_parts import Threads, commit_once

TABLES = (
    "CREATE TABLE IF NOT EXISTS parcels (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " depot int NOT NULL, label text NOT NULL);"
    "CREATE TABLE IF NOT EXISTS depots (id int PRIMARY KEY, note text NOT NULL);"
    "INSERT INTO depots SELECT n, 'depot ' || n FROM generate_series(1, 20) n"
    " ON CONFLICT DO NOTHING"
)
Number = Annotated[int, Path(ge=1, le=20)]


class Parcel(BaseModel):
    """What a client sends."""

    depot: int = Field(ge=1, le=20)
    label: str = Field(min_length=1, max_length=40)


class Note(BaseModel):
    """What a client sends."""

    note: str = Field(min_length=1, max_length=40)


def commit_with_patience(held: Any) -> None:
    """A conflict at COMMIT is tried again."""
    for left in (2, 1, 0):
        try:
            held.commit()
        except psycopg2.OperationalError:
            if held.closed or not left:
                raise
            time.sleep(0.02)
        else:
            return


def make(*, retries: bool) -> FastAPI:
    database = Threads(commit_with_patience if retries else commit_once)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        extensions.set_wait_callback(wait_in_time)
        database.open(TABLES)
        yield
        database.close()

    app = FastAPI(lifespan=lifespan)
    refuse(app, psycopg2.DatabaseError, psycopg2.InterfaceError, TimeoutError)

    @app.post("/parcels", status_code=201)
    def send(sent: Parcel) -> dict[str, Any]:
        with database.cursor() as cursor:
            cursor.execute("INSERT INTO parcels (depot, label) VALUES (%s, %s) RETURNING id",
                           (sent.depot, sent.label))  # fmt: skip
            (number,) = cursor.fetchone()
        return {"id": number, "depot": sent.depot, "label": sent.label}

    @app.get("/parcels/{number}")
    def read(number: int) -> dict[str, Any]:
        with database.cursor() as cursor:
            cursor.execute("SELECT depot, label FROM parcels WHERE id = %s", (number,))
            row = cursor.fetchone()
        if row is None:
            raise HTTPException(404)
        return {"id": number, "depot": row[0], "label": row[1]}

    @app.put("/depots/{number}/note")
    def change(number: Number, sent: Note) -> dict[str, Any]:
        with database.cursor() as cursor:
            cursor.execute("UPDATE depots SET note = %s WHERE id = %s", (sent.note, number))
        return {"id": number, "note": sent.note}

    @app.get("/depots/{number}")
    def depot(number: Number) -> dict[str, Any]:
        with database.cursor() as cursor:
            cursor.execute("SELECT note FROM depots WHERE id = %s", (number,))
            (note,) = cursor.fetchone()
        return {"id": number, "note": note}

    return app


def broken() -> FastAPI:
    return make(retries=True)


def sound() -> FastAPI:
    return make(retries=False)
