"""Messages, and a stream of those that come, behind asyncpg's pool.

Each stream has a queue, and a write waits for a place in each of them. Broken: a queue goes when
its stream ends well, and stays when its client has left. Sound: it always goes.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Path
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from tests.pairs.shop import make_app, with_tables

TABLE = (
    "CREATE TABLE IF NOT EXISTS messages (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " words text NOT NULL)"
)
STORE = "INSERT INTO messages (words) VALUES ($1) RETURNING id"
READ = "SELECT words FROM messages WHERE id = $1"
PLACES = 10
STREAM_SECONDS = 0.6
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Queue = asyncio.Queue[dict[str, Any]]


class Message(BaseModel):
    """What a client sends."""

    words: str = Field(min_length=1, max_length=40)


async def told(queue: Queue) -> AsyncIterator[str]:
    """What comes in a moment, as server-sent events."""
    end = time.monotonic() + STREAM_SECONDS
    yield ": hello\n\n"
    while (left := end - time.monotonic()) > 0:
        with suppress(TimeoutError):
            async with asyncio.timeout(left):
                yield f"data: {json.dumps(await queue.get())}\n\n"


def make(*, always: bool) -> FastAPI:
    app = make_app(with_tables(TABLE))
    queues: set[Queue] = set()

    async def lines() -> AsyncIterator[str]:
        queue: Queue = asyncio.Queue(PLACES)
        queues.add(queue)
        ended = False
        try:
            async for line in told(queue):
                yield line
            ended = True
        finally:
            if ended or always:
                queues.discard(queue)

    @app.get("/feed")
    async def feed() -> StreamingResponse:
        return StreamingResponse(lines(), media_type="text/event-stream")

    @app.post("/messages", status_code=201)
    async def write(sent: Message) -> dict[str, Any]:
        async with asyncio.timeout(1.5):
            async with app.state.pool.acquire(timeout=1) as held:
                number = await held.fetchval(STORE, sent.words)
            made = {"id": number, "words": sent.words}
            for queue in list(queues):
                await queue.put(made)
        return made

    @app.get("/messages/{number}")
    async def read(number: Number) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=1) as held:
            words = await held.fetchval(READ, number)
        if words is None:
            raise HTTPException(404)
        return {"id": number, "words": words}

    return app


def broken() -> FastAPI:
    return make(always=False)


def sound() -> FastAPI:
    return make(always=True)
