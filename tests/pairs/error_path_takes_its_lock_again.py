"""Meters behind psycopg2's own pool, in FastAPI's threads; one thread at a time writes.

Broken: the error path counts errors under the lock that its request holds, and waits for itself.
Sound: the number of errors has a lock of its own.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Annotated, Any

import psycopg2  # type: ignore[import-untyped]
from fastapi import FastAPI, Path
from psycopg2 import extensions
from pydantic import BaseModel, Field

from tests.pairs.ninth_parts import refuse, wait_in_time
from tests.pairs.tenth_parts import Threads

TABLES = (
    "CREATE TABLE IF NOT EXISTS gauges (id int PRIMARY KEY, reading int NOT NULL);"
    "INSERT INTO gauges SELECT n, 0 FROM generate_series(1, 30) n ON CONFLICT DO NOTHING"
)
PATIENCE_SECONDS = 0.5
Number = Annotated[int, Path(ge=1, le=30)]


class Reading(BaseModel):
    """What a client sends."""

    reading: int = Field(ge=0, le=999_999)


class OneWriter:
    """The lock of those who write, and the number of their errors."""

    def __init__(self, *, counts_with_its_own: bool) -> None:
        self._writing = threading.Lock()
        self._counting = threading.Lock() if counts_with_its_own else self._writing
        self.errors = 0

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One at a time."""
        if not self._writing.acquire(timeout=PATIENCE_SECONDS):
            raise TimeoutError
        try:
            yield
        except psycopg2.Error:
            self._count()
            raise
        finally:
            self._writing.release()

    def _count(self) -> None:
        with self._counting:
            self.errors += 1


def make(*, counts_with_its_own: bool) -> FastAPI:
    database = Threads()
    writer = OneWriter(counts_with_its_own=counts_with_its_own)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        extensions.set_wait_callback(wait_in_time)
        database.open(TABLES)
        yield
        database.close()

    app = FastAPI(lifespan=lifespan)
    refuse(app, psycopg2.DatabaseError, psycopg2.InterfaceError, TimeoutError)

    @app.get("/gauges/{number}")
    def read(number: Number) -> dict[str, Any]:
        with database.cursor() as cursor:
            cursor.execute("SELECT reading FROM gauges WHERE id = %s", (number,))
            (reading,) = cursor.fetchone()
        return {"id": number, "reading": reading}

    @app.put("/gauges/{number}")
    def note(number: Number, sent: Reading) -> dict[str, Any]:
        sql = "UPDATE gauges SET reading = %s WHERE id = %s"
        with writer.writing(), database.cursor() as cursor:
            cursor.execute(sql, (sent.reading, number))
        return {"id": number, "reading": sent.reading}

    return app


def broken() -> FastAPI:
    return make(counts_with_its_own=False)


def sound() -> FastAPI:
    return make(counts_with_its_own=True)
