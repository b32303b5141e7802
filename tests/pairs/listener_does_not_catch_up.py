"""Jobs that a session which LISTENs is told of, and that a task does, behind asyncpg's pool.

Broken: a lost session is replaced, and jobs that were stored meanwhile are not looked for. Sound:
whenever it listens again, it looks for what is open.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Any

import asyncpg
from fastapi import FastAPI, HTTPException, Path
from pydantic import BaseModel, Field

from tests.pairs.shop import AWAY, URL, make_app, running

TABLE = (
    "CREATE TABLE IF NOT EXISTS jobs (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " words text NOT NULL, done boolean NOT NULL DEFAULT false)"
)
STORE = "INSERT INTO jobs (words) VALUES ($1) RETURNING id"
TELL = "SELECT pg_notify('jobs', $1::text)"
DO = "UPDATE jobs SET done = true WHERE id = $1"
OPEN = "SELECT id FROM jobs WHERE NOT done ORDER BY id"
READ = "SELECT words FROM jobs WHERE id = $1"
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
log = logging.getLogger("jobs")


class Job(BaseModel):
    """What a client sends."""

    words: str = Field(min_length=1, max_length=40)


async def listen(told: asyncio.Queue[int], *, looks: bool) -> None:
    """Until the session ends."""
    closed = asyncio.Event()
    held = await asyncpg.connect(URL, timeout=1, command_timeout=1)
    try:
        held.add_termination_listener(lambda *_: closed.set())
        await held.add_listener("jobs", lambda *told_of: told.put_nowait(int(told_of[3])))
        if looks:
            for row in await held.fetch(OPEN):
                told.put_nowait(row["id"])
        while not closed.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    await closed.wait()
            await held.fetchval("SELECT 1")
    finally:
        held.terminate()


async def listen_for_good(told: asyncio.Queue[int], *, looks: bool) -> None:
    """With a new session for each that is lost."""
    while True:
        try:
            await listen(told, looks=looks)
        except AWAY as error:
            log.warning("listens again: %s", type(error).__name__)
        await asyncio.sleep(0.2)


async def work(pool: Any, told: asyncio.Queue[int]) -> None:
    """Each job, until it is done."""
    while True:
        number = await told.get()
        try:
            await pool.execute(DO, number)
        except AWAY as error:
            log.warning("a job waits: %s", type(error).__name__)
            told.put_nowait(number)
            await asyncio.sleep(0.1)


def make(*, looks: bool) -> FastAPI:
    told: asyncio.Queue[int] = asyncio.Queue()

    @asynccontextmanager
    async def working(app: FastAPI) -> AsyncIterator[None]:
        await app.state.pool.execute(TABLE)
        async with (
            running(listen_for_good(told, looks=looks)),
            running(work(app.state.pool, told)),
        ):
            yield

    app = make_app(working, places=8)

    @app.post("/jobs", status_code=202)
    async def store(sent: Job) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=1) as held, held.transaction():
            number = await held.fetchval(STORE, sent.words)
            await held.execute(TELL, str(number))
        return {"id": number, "words": sent.words}

    @app.get("/jobs/{number}")
    async def read(number: Number) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=1) as held:
            words = await held.fetchval(READ, number)
        if words is None:
            raise HTTPException(404)
        return {"id": number, "words": words}

    return app


def broken() -> FastAPI:
    return make(looks=False)


def sound() -> FastAPI:
    return make(looks=True)
