"""Articles behind psycopg2's own pool, in FastAPI's threads.

Broken: the pool raises when it is empty. Sound: a semaphore lets in as many as it has connections,
waits for a while, and refuses then.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from typing import Annotated, Any

import psycopg2  # type: ignore[import-untyped]
from fastapi import FastAPI, HTTPException, Path
from psycopg2 import extensions
from psycopg2.pool import ThreadedConnectionPool  # type: ignore[import-untyped]
from pydantic import BaseModel, Field

from tests.pairs.ninth_parts import BARE, LIMITS, refuse, wait_in_time

PLACES = 10
TABLES = (
    "CREATE TABLE IF NOT EXISTS articles (id int PRIMARY KEY, title text NOT NULL);"
    "INSERT INTO articles SELECT n, 'article ' || n FROM generate_series(1, 60) n"
    " ON CONFLICT DO NOTHING"
)
Number = Annotated[int, Path(ge=1, le=60)]


class Title(BaseModel):
    """What a client sends."""

    title: str = Field(min_length=1, max_length=40)


class Places:
    """Of the pool, with a wait that ends."""

    def __init__(self) -> None:
        self._free = threading.Semaphore(PLACES)

    @contextmanager
    def __call__(self) -> Iterator[None]:
        if not self._free.acquire(timeout=0.5):
            raise TimeoutError
        try:
            yield
        finally:
            self._free.release()


def make(*, waits: bool) -> FastAPI:
    place = Places() if waits else nullcontext

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        extensions.set_wait_callback(wait_in_time)
        app.state.pool = ThreadedConnectionPool(1, PLACES, BARE, options=LIMITS, connect_timeout=2)
        with connection() as held:
            held.cursor().execute(TABLES)
        yield
        app.state.pool.closeall()

    app = FastAPI(lifespan=lifespan)
    refuse(app, psycopg2.OperationalError, psycopg2.InterfaceError, TimeoutError)
    refuse(app, psycopg2.DatabaseError)

    @contextmanager
    def connection() -> Iterator[Any]:
        pool = app.state.pool
        with place():
            held = pool.getconn()
            ended = False
            try:
                yield held
                held.commit()
                ended = True
            finally:
                if not ended and not held.closed:
                    try:
                        held.rollback()
                    except psycopg2.Error:
                        held.close()
                pool.putconn(held, close=bool(held.closed))

    @app.get("/articles/{number}")
    def read(number: Number) -> dict[str, Any]:
        with connection() as held, held.cursor() as cursor:
            cursor.execute("SELECT title FROM articles WHERE id = %s", (number,))
            row = cursor.fetchone()
        if row is None:
            raise HTTPException(404)
        return {"id": number, "title": row[0]}

    @app.put("/articles/{number}")
    def rename(number: Number, sent: Title) -> dict[str, Any]:
        with connection() as held, held.cursor() as cursor:
            cursor.execute("UPDATE articles SET title = %s WHERE id = %s", (sent.title, number))
        return {"id": number, "title": sent.title}

    @app.get("/articles")
    def first() -> list[int]:
        with connection() as held, held.cursor() as cursor:
            cursor.execute("SELECT id FROM articles ORDER BY id LIMIT 10")
            return [row[0] for row in cursor.fetchall()]

    return app


def broken() -> FastAPI:
    return make(waits=False)


def sound() -> FastAPI:
    return make(waits=True)
