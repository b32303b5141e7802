"""A job is marked before it is done, and a failure leaves the mark. Sound: an old mark lapses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI

from tests.pairs.shop import AWAY, make_app

TABLE = (
    "CREATE TABLE IF NOT EXISTS job (id serial PRIMARY KEY, taken timestamptz, done bool NOT NULL)"
)
ADD = "INSERT INTO job (done) VALUES (false) RETURNING id"
FREE = "taken IS NULL"
FREE_OR_OLD = "taken IS NULL OR taken < now() - interval '0.5 s'"
DONE = "UPDATE job SET done = true WHERE id = $1"
WORK_SECONDS = 0.03


async def do_one(pool: asyncpg.Pool, free: str) -> bool:
    number = await pool.fetchval(
        f"UPDATE job SET taken = now() WHERE id = (SELECT id FROM job WHERE NOT done AND ({free})"  # noqa: S608 - constants
        " ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id"
    )
    if number is None:
        return False
    await asyncio.sleep(WORK_SECONDS)
    await pool.execute(DONE, number)
    return True


async def work(pool: asyncpg.Pool, free: str) -> None:
    while True:
        try:
            found = await do_one(pool, free)
        except AWAY:
            found = False
        if not found:
            await asyncio.sleep(0.05)


def make(*, free: str) -> FastAPI:
    @asynccontextmanager
    async def workers(app: FastAPI) -> AsyncIterator[None]:
        await app.state.pool.execute(TABLE)
        tasks = [asyncio.create_task(work(app.state.pool, free)) for _ in range(2)]
        yield
        for task in tasks:
            task.cancel()

    app = make_app(workers)

    @app.post("/jobs", status_code=202)
    async def add() -> dict[str, int]:
        return {"id": await app.state.pool.fetchval(ADD)}

    return app


def broken() -> FastAPI:
    return make(free=FREE)


def sound() -> FastAPI:
    return make(free=FREE_OR_OLD)
