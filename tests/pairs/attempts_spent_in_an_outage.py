"""Messages in an outbox that a relay delivers, behind psycopg's asynchronous pool.

A message that failed three times is parked. Broken: each error is an attempt, so that a moment of
the database's spends all three. Sound: errors that the message is to blame for are.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import psycopg
from fastapi import FastAPI, HTTPException, Path
from psycopg_pool import PoolTimeout
from pydantic import BaseModel, Field

from tests.pairs.bases import psycopg_app
from tests.pairs.ninth_parts import bounded, refuse
from tests.pairs.shop import running

TABLES = (
    """CREATE TABLE IF NOT EXISTS messages (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        words text NOT NULL, state text NOT NULL DEFAULT 'new', attempts int NOT NULL DEFAULT 0)""",
    "CREATE TABLE IF NOT EXISTS deliveries (message int PRIMARY KEY, words text NOT NULL)",
)
STORE = "INSERT INTO messages (words) VALUES (%s) RETURNING id"
OPEN = "SELECT id, words FROM messages WHERE state = 'new' ORDER BY id LIMIT 50"
DELIVER = "INSERT INTO deliveries VALUES (%s, %s)"
DONE = "UPDATE messages SET state = 'delivered' WHERE id = %s"
FAILED = """UPDATE messages SET attempts = attempts + 1,
    state = CASE WHEN attempts >= 2 THEN 'parked' ELSE 'new' END WHERE id = %s"""
READ = "SELECT words FROM messages WHERE id = %s"
AWAY = (psycopg.Error, PoolTimeout, TimeoutError, OSError)
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
log = logging.getLogger("outbox")


class Message(BaseModel):
    """What a client sends."""

    words: str = Field(min_length=1, max_length=40)


async def fetch(pool: Any, sql: str, *values: object) -> list[Any]:
    """All rows."""

    async def ask(held: Any) -> list[Any]:
        found = await held.execute(sql, values)
        return list(await found.fetchall()) if found.description else []

    return await bounded(pool, ask)


async def deliver(pool: Any, number: int, words: str) -> None:
    """In a transaction of its own."""

    async def ask(held: Any) -> None:
        async with held.transaction():
            await held.execute(DELIVER, (number, words))
            await held.execute(DONE, (number,))

    await bounded(pool, ask)


async def deliver_all(pool: Any, counted: tuple[type[Exception], ...]) -> None:
    """What is new."""
    for number, words in await fetch(pool, OPEN):
        try:
            await deliver(pool, number, words)
        except counted as error:
            log.warning("message %d failed: %s", number, type(error).__name__)
            await fetch(pool, FAILED, number)
        except AWAY as error:
            log.warning("message %d waits: %s", number, type(error).__name__)


async def relay(pool: Any, counted: tuple[type[Exception], ...]) -> None:
    """Again and again."""
    while True:
        try:
            await deliver_all(pool, counted)
        except AWAY as error:
            log.warning("the outbox waits: %s", type(error).__name__)
        await asyncio.sleep(0.05)


def make(counted: tuple[type[Exception], ...]) -> FastAPI:
    @asynccontextmanager
    async def relaying(app: FastAPI) -> AsyncIterator[None]:
        async with running(relay(app.state.pool, counted)):
            yield

    app = psycopg_app(TABLES, relaying)
    refuse(app, TimeoutError)

    @app.post("/messages", status_code=202)
    async def store(sent: Message) -> dict[str, Any]:
        ((number,),) = await fetch(app.state.pool, STORE, sent.words)
        return {"id": number, "words": sent.words}

    @app.get("/messages/{number}")
    async def read(number: Number) -> dict[str, Any]:
        rows = await fetch(app.state.pool, READ, number)
        if not rows:
            raise HTTPException(404)
        return {"id": number, "words": rows[0][0]}

    return app


def broken() -> FastAPI:
    return make((psycopg.Error,))


def sound() -> FastAPI:
    return make((psycopg.DataError, psycopg.IntegrityError))
