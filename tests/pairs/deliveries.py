"""An outbox. Broken: the mail is committed, and then the mark that it was sent. Sound: together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from tests.pairs.shop import AWAY, make_app

TABLES = (
    "CREATE TABLE IF NOT EXISTS purchase (id serial PRIMARY KEY, sent bool DEFAULT false);"
    "CREATE TABLE IF NOT EXISTS mail (id serial PRIMARY KEY, text text,"
    " purchase_id int REFERENCES purchase (id))"
)
MAIL = "INSERT INTO mail (text, purchase_id) VALUES ('thank you', $1)"
MARK = "UPDATE purchase SET sent = true WHERE id = $1"


def make(*, in_one: bool) -> FastAPI:
    async def deliver(app: FastAPI) -> None:
        async with app.state.pool.acquire() as connection:
            for row in await connection.fetch("SELECT id FROM purchase WHERE NOT sent LIMIT 20"):
                if in_one:
                    async with connection.transaction():
                        await connection.execute(MAIL, row["id"])
                        await connection.execute(MARK, row["id"])
                else:
                    await connection.execute(MAIL, row["id"])
                    await connection.execute(MARK, row["id"])

    async def deliver_for_ever(app: FastAPI) -> None:
        while True:
            with suppress(*AWAY):
                await deliver(app)
            await asyncio.sleep(0.1)

    @asynccontextmanager
    async def background(app: FastAPI) -> AsyncIterator[None]:
        await app.state.pool.execute(TABLES)
        task = asyncio.create_task(deliver_for_ever(app))
        yield
        task.cancel()
        await asyncio.wait({task})

    app = make_app(background)

    @app.post("/purchases", status_code=201)
    async def purchase() -> dict[str, int]:
        sql = "INSERT INTO purchase DEFAULT VALUES RETURNING id"
        return {"id": await app.state.pool.fetchval(sql)}

    return app


def broken() -> FastAPI:
    return make(in_one=False)


def sound() -> FastAPI:
    return make(in_one=True)
