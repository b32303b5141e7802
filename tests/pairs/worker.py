"""Jobs that a process of its own does, of the app or of another version of it.

Broken: a job leaves the queue before it is done, its result and its mark are two transactions, an
error ends the loop but not the process, or a request waits for its job without a limit. Sound: a
job is done in the transaction that takes it, and a request is answered with 202.
"""

from __future__ import annotations

import asyncio
import os
import sys

import asyncpg
from fastapi import FastAPI

from tests.pairs.shop import make_app

TABLE = (
    "CREATE TABLE IF NOT EXISTS job (id serial PRIMARY KEY, taken bool, done bool DEFAULT false);"
    "CREATE TABLE IF NOT EXISTS mail (id serial PRIMARY KEY, job_id int NOT NULL)"
)
NEXT = "SELECT id FROM job WHERE taken IS NULL ORDER BY id LIMIT 50 FOR UPDATE SKIP LOCKED"
TAKE = f"UPDATE job SET taken = true WHERE id IN ({NEXT}) RETURNING id"  # noqa: S608 - constants
DONE = "UPDATE job SET done = true WHERE id = ANY($1)"
OPEN = "SELECT id FROM job WHERE NOT done ORDER BY id LIMIT 50"
SEND = "INSERT INTO mail (job_id) SELECT unnest($1::int[])"
WORK_SECONDS = 0.03
LONG_SECONDS = 0.15
"""So long that a crash meets a job of those who lose or repeat it."""
AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)


async def do_some(connection: asyncpg.Connection, seconds: float = LONG_SECONDS) -> None:
    ids = [row["id"] for row in await connection.fetch(TAKE)]
    await asyncio.sleep(seconds)
    await connection.execute(DONE, ids)


async def create() -> None:
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    await connection.execute(TABLE)


async def do_in_one(connection: asyncpg.Connection) -> None:
    async with connection.transaction():
        await do_some(connection, WORK_SECONDS)


async def mark_later(connection: asyncpg.Connection) -> None:
    """What was sent is marked in a second transaction: in between it can be sent again."""
    ids = [row["id"] for row in await connection.fetch(OPEN)]
    await connection.execute(SEND, ids)
    await asyncio.sleep(LONG_SECONDS)
    await connection.execute(DONE, ids)


WAYS = {"": do_in_one, "forgets": do_some, "does_it_again": mark_later, "ends_quietly": do_in_one}


async def work(way: str) -> None:
    """Do jobs for ever; an error ends the process, and its supervisor starts it again."""
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    try:
        while True:
            await WAYS[way](connection)
    except AWAY:
        if way != "ends_quietly":
            raise
    await asyncio.Event().wait()  # the process looks well


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
    asyncio.run(work("".join(sys.argv[1:])))
