"""Jobs that a process of its own does, of the app or of another version of it.

Broken: a job leaves the queue before it is done, or a request waits for its job without a limit.
Sound: a job is done in the transaction that takes it, and a request is answered with 202.
"""

from __future__ import annotations

import asyncio
import os
import sys

import asyncpg
from fastapi import FastAPI

from tests.pairs.shop import make_app

TABLE = (
    "CREATE TABLE IF NOT EXISTS job (id serial PRIMARY KEY, taken bool, done bool DEFAULT false)"
)
NEXT = "SELECT id FROM job WHERE taken IS NULL ORDER BY id LIMIT 50 FOR UPDATE SKIP LOCKED"
TAKE = f"UPDATE job SET taken = true WHERE id IN ({NEXT}) RETURNING id"  # noqa: S608 - constants
DONE = "UPDATE job SET done = true WHERE id = ANY($1)"
WORK_SECONDS = 0.03


async def do_some(connection: asyncpg.Connection) -> None:
    ids = [row["id"] for row in await connection.fetch(TAKE)]
    await asyncio.sleep(WORK_SECONDS)
    await connection.execute(DONE, ids)


async def create() -> None:
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    await connection.execute(TABLE)


async def work(*, forgets: bool) -> None:
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    while True:
        if forgets:
            await do_some(connection)
        else:
            async with connection.transaction():
                await do_some(connection)


def make(*, waits: bool) -> FastAPI:
    app = make_app()

    @app.post("/jobs", status_code=202)
    async def add() -> dict[str, int]:
        pool = app.state.pool
        number = await pool.fetchval("INSERT INTO job DEFAULT VALUES RETURNING id")
        done = not waits
        while not done:
            await asyncio.sleep(0.02)
            done = await pool.fetchval("SELECT done FROM job WHERE id = $1", number)
        return {"id": number}

    return app


def sound() -> FastAPI:
    return make(waits=False)


def waits_for_it() -> FastAPI:
    return make(waits=True)


if __name__ == "__main__":
    asyncio.run(work(forgets=sys.argv[1:] == ["forgets"]))
