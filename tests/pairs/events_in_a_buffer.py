"""Events are answered with 201 and written in batches; a batch that fails is logged and dropped."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from tests.pairs.shop import AWAY, make_app, running

TABLE = "CREATE TABLE IF NOT EXISTS events (id uuid PRIMARY KEY, name text NOT NULL)"
ADD = "INSERT INTO events (id, name) VALUES ($1, $2)"
PAUSE = 0.05
log = logging.getLogger("events")


class Wanted(BaseModel):
    name: str = Field(min_length=1, max_length=50, pattern="^[a-z]+$")


class Event(Wanted):
    id: uuid.UUID


async def each_moment(work: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(PAUSE)
        await work()


async def insert(app: FastAPI, event: Event) -> None:
    async with app.state.pool.acquire(timeout=1) as connection:
        await connection.execute(ADD, event.id, event.name)


def make(*, buffered: bool) -> FastAPI:
    waiting: list[tuple[uuid.UUID, str]] = []

    async def write(app: FastAPI) -> None:
        if not waiting:
            return
        batch = waiting[:]
        waiting.clear()
        try:
            async with app.state.pool.acquire(timeout=1) as connection:
                await connection.executemany(ADD, batch)
        except AWAY:
            log.exception("%d events not written", len(batch))

    @asynccontextmanager
    async def background(app: FastAPI) -> AsyncIterator[None]:
        await app.state.pool.execute(TABLE)
        async with running(each_moment(lambda: write(app))):
            yield
        await write(app)

    app = make_app(background)

    @app.post("/events", status_code=201)
    async def add(wanted: Wanted) -> Event:
        event = Event(id=uuid.uuid4(), name=wanted.name)
        if buffered:
            waiting.append((event.id, event.name))
        else:
            await insert(app, event)
        return event

    @app.get("/events/{number}")
    async def read(number: uuid.UUID) -> Event:
        name = dict(waiting).get(number)
        if name is None:
            async with app.state.pool.acquire(timeout=1) as connection:
                name = await connection.fetchval("SELECT name FROM events WHERE id = $1", number)
        if name is None:
            raise HTTPException(404)
        return Event(id=number, name=name)

    return app


def broken() -> FastAPI:
    return make(buffered=True)


def sound() -> FastAPI:
    return make(buffered=False)
