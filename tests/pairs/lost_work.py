"""A worker takes a job out of its queue. Broken: it does the work in a second transaction, and an
error between the two loses it. Sound: both are one transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI

from tests.pairs.shop import AWAY, make_app

TABLES = (
    "CREATE TABLE IF NOT EXISTS upload (id serial PRIMARY KEY, key text);"
    "CREATE TABLE IF NOT EXISTS task (id serial PRIMARY KEY, upload_id int REFERENCES upload);"
    "CREATE TABLE IF NOT EXISTS result (upload_id int PRIMARY KEY REFERENCES upload)"
)
TAKE = "DELETE FROM task WHERE id = (SELECT min(id) FROM task) RETURNING upload_id /* one worker */"
FINISH = "INSERT INTO result VALUES ($1) ON CONFLICT DO NOTHING"
PAUSE_SECONDS = 0.02
WORK_SECONDS = 0.015


async def take_apart(pool: asyncpg.Pool) -> bool:
    taken = await pool.fetchval(TAKE)
    if taken is not None:
        await asyncio.sleep(WORK_SECONDS)
        await pool.execute(FINISH, taken)
    return taken is not None


async def take_together(pool: asyncpg.Pool) -> bool:
    async with pool.acquire() as connection, connection.transaction():
        taken = await connection.fetchval(TAKE)
        if taken is not None:
            await asyncio.sleep(WORK_SECONDS)
            await connection.execute(FINISH, taken)
    return taken is not None


def make(*, together: bool) -> FastAPI:
    take = take_together if together else take_apart

    async def work(pool: asyncpg.Pool) -> None:
        while True:
            try:
                busy = await take(pool)
            except AWAY:
                busy = False
            if not busy:
                await asyncio.sleep(PAUSE_SECONDS)

    @asynccontextmanager
    async def worker(app: FastAPI) -> AsyncIterator[None]:
        await app.state.pool.execute(TABLES)
        task = asyncio.create_task(work(app.state.pool))
        yield
        task.cancel()
        await asyncio.wait({task})

    app = make_app(worker)

    @app.post("/uploads", status_code=202)
    async def upload(key: str) -> dict[str, int]:
        async with app.state.pool.acquire() as connection, connection.transaction():
            number = await connection.fetchval(
                "INSERT INTO upload (key) VALUES ($1) RETURNING id", key
            )
            await connection.execute("INSERT INTO task (upload_id) VALUES ($1)", number)
        return {"id": number}

    return app


def broken() -> FastAPI:
    return make(together=False)


def sound() -> FastAPI:
    return make(together=True)
