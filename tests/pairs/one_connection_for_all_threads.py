"""Visits, with psycopg2 in FastAPI's threads and without a pool.

Broken: all threads share one connection, and so its transaction: a rollback of one takes the open
work of others along. Sound: each thread has its own.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Annotated, Any

import psycopg2  # type: ignore[import-untyped]
from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI, HTTPException, Path
from pydantic import BaseModel, Field

from tests.pairs.ninth_parts import BARE, LIMITS, refuse

TABLES = (
    "CREATE TABLE IF NOT EXISTS visits (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " guest text NOT NULL, nights int NOT NULL);"
    "CREATE TABLE IF NOT EXISTS rooms (id int PRIMARY KEY, beds int NOT NULL);"
    "INSERT INTO rooms SELECT n, 2 FROM generate_series(1, 30) n ON CONFLICT DO NOTHING"
)
Number = Annotated[int, Path(ge=1, le=30)]


class Visit(BaseModel):
    """What a client sends."""

    guest: str = Field(min_length=1, max_length=40)
    nights: int = Field(ge=1, le=9)


class Shared:
    """The place of the connection; :class:`threading.local` is one for each thread."""

    connection: Any = None


class Own(threading.local):
    connection: Any = None


def make(*, own: bool) -> FastAPI:
    place: Shared | Own = Own() if own else Shared()
    opening = threading.Lock()

    def connection() -> Any:
        with opening:
            if place.connection is None or place.connection.closed:
                place.connection = psycopg2.connect(BARE, options=LIMITS, connect_timeout=2)
            return place.connection

    @contextmanager
    def cursor() -> Iterator[Any]:
        held = connection()
        try:
            with held.cursor() as opened:
                yield opened
            held.commit()
        except psycopg2.Error:
            with suppress(psycopg2.Error):
                held.rollback()
            raise

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = 15
        with cursor() as opened:
            opened.execute(TABLES)
        yield

    app = FastAPI(lifespan=lifespan)
    refuse(app, psycopg2.Error)

    @app.post("/visits", status_code=201)
    def book(sent: Visit) -> dict[str, Any]:
        with cursor() as opened:
            opened.execute("INSERT INTO visits (guest, nights) VALUES (%s, %s) RETURNING id",
                           (sent.guest, sent.nights))  # fmt: skip
            (number,) = opened.fetchone()
        return {"id": number, "guest": sent.guest, "nights": sent.nights}

    @app.get("/visits/{number}")
    def read(number: int) -> dict[str, Any]:
        with cursor() as opened:
            opened.execute("SELECT guest, nights FROM visits WHERE id = %s", (number,))
            row = opened.fetchone()
        if row is None:
            raise HTTPException(404)
        return {"id": number, "guest": row[0], "nights": row[1]}

    @app.get("/rooms/{number}")
    def room(number: Number) -> dict[str, int]:
        with cursor() as opened:
            opened.execute("SELECT beds FROM rooms WHERE id = %s", (number,))
            (beds,) = opened.fetchone()
        return {"id": number, "beds": beds}

    return app


def broken() -> FastAPI:
    return make(own=False)


def sound() -> FastAPI:
    return make(own=True)
