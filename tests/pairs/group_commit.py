"""Messages of a chat that arrive together are written together, by one task.

Broken: an error ends the task. Sound: it is told to those who wait, and the task goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI, Header
from pydantic import BaseModel, Field

from tests.pairs.shop import AWAY, make_app

TABLE = "CREATE TABLE IF NOT EXISTS message (key text PRIMARY KEY, body text NOT NULL)"
ADD = "INSERT INTO message VALUES ($1, $2) ON CONFLICT DO NOTHING"
LIMIT_SECONDS = 2.5
"""Longer than all that the task can wait for."""
Key = Annotated[str, Header(min_length=1, max_length=80)]
Waiting = tuple[str, str, "asyncio.Future[None]"]


class Message(BaseModel):
    """What a client sends."""

    body: str = Field(min_length=1, max_length=80)


def _settle(batch: list[Waiting], error: Exception | None) -> None:
    for _key, _body, future in batch:
        if future.done():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)


async def write(
    app: FastAPI, queue: asyncio.Queue[Waiting], caught: tuple[type[Exception], ...]
) -> None:
    """Write what is in the queue, for ever."""
    while True:
        batch = [await queue.get()]
        while not queue.empty():
            batch.append(queue.get_nowait())
        rows = [(key, body) for key, body, future in batch if not future.done()]
        try:
            async with asyncio.timeout(2), app.state.pool.acquire() as connection:
                await connection.executemany(ADD, rows)
        except caught as error:
            _settle(batch, error)
        else:
            _settle(batch, None)


def make(caught: tuple[type[Exception], ...]) -> FastAPI:
    queue: asyncio.Queue[Waiting] = asyncio.Queue()

    @asynccontextmanager
    async def with_writer(app: FastAPI) -> AsyncIterator[None]:
        await app.state.pool.execute(TABLE)
        task = asyncio.create_task(write(app, queue, caught))
        yield
        task.cancel()

    app = make_app(with_writer)

    @app.post("/messages", status_code=201)
    async def post(sent: Message, idempotency_key: Key) -> dict[str, Any]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await queue.put((idempotency_key, sent.body, future))
        await asyncio.wait_for(future, LIMIT_SECONDS)
        return {"key": idempotency_key, "body": sent.body}

    return app


def broken() -> FastAPI:
    return make(())


def sound() -> FastAPI:
    return make(AWAY)
