"""Entries of a diary, which four threads write by psycopg2 while the event loop waits for them.

Broken: a request that waited long enough is refused, and its job stays in the queue.
Sound: the job is taken out; when it is under way already, its outcome is said to be unknown.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Annotated, Any

import psycopg2  # type: ignore[import-untyped]
from fastapi import FastAPI, HTTPException, Path
from psycopg2 import extensions
from pydantic import BaseModel, Field

from tests.pairs.ninth_parts import BARE, LIMITS, refuse, wait_in_time

TABLES = (
    "CREATE TABLE IF NOT EXISTS entries (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " day int NOT NULL, words text NOT NULL)"
)
PATIENCE_SECONDS = 1.2
AGAIN = {"Retry-After": "1"}
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


class Entry(BaseModel):
    """What a client sends."""

    day: int = Field(ge=1, le=365)
    words: str = Field(min_length=1, max_length=40)


class Writers:
    """Threads with a connection each."""

    def __init__(self) -> None:
        self._own = threading.local()
        self.executor = ThreadPoolExecutor(4)

    def run(self, sql: str, values: tuple[object, ...] = ()) -> Any:
        """The first row, in a transaction; in the thread that runs it."""
        held = getattr(self._own, "held", None)
        if held is None or held.closed:
            held = psycopg2.connect(BARE, options=LIMITS, connect_timeout=2)
            self._own.held = held
        try:
            with held, held.cursor() as cursor:
                cursor.execute(sql, values)
                return cursor.fetchone() if cursor.description else None
        except psycopg2.OperationalError:
            held.close()
            raise


def make(*, forgets_its_jobs: bool) -> FastAPI:
    writers = Writers()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        extensions.set_wait_callback(wait_in_time)
        writers.run(TABLES)
        yield
        writers.executor.shutdown(wait=False, cancel_futures=True)

    app = FastAPI(lifespan=lifespan)
    refuse(app, psycopg2.DatabaseError, psycopg2.InterfaceError)

    async def wait_for(work: Callable[[], Any]) -> Any:
        job = writers.executor.submit(work)
        waited = asyncio.wrap_future(job)
        done, _ = await asyncio.wait({waited}, timeout=PATIENCE_SECONDS)
        if done:
            return waited.result()
        waited.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        if forgets_its_jobs or job.cancel():
            raise HTTPException(503, "Too busy. Nothing was stored.", headers=AGAIN)
        raise HTTPException(504, "It is unknown whether it was stored.", headers=AGAIN)

    @app.post("/entries", status_code=201)
    async def write(sent: Entry) -> dict[str, Any]:
        sql = "INSERT INTO entries (day, words) VALUES (%s, %s) RETURNING id"
        (number,) = await wait_for(lambda: writers.run(sql, (sent.day, sent.words)))
        return {"id": number, "day": sent.day, "words": sent.words}

    @app.get("/entries/{number}")
    async def read(number: Number) -> dict[str, Any]:
        sql = "SELECT day, words FROM entries WHERE id = %s"
        row = await wait_for(lambda: writers.run(sql, (number,)))
        if row is None:
            raise HTTPException(404)
        return {"id": number, "day": row[0], "words": row[1]}

    return app


def broken() -> FastAPI:
    return make(forgets_its_jobs=True)


def sound() -> FastAPI:
    return make(forgets_its_jobs=False)
