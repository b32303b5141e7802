"""Events of devices, which are accepted at once and inserted together, behind asyncpg's pool.

Broken: what is collected leaves the buffer before it is inserted, so that an error drops it.
Sound: it leaves the buffer when it is stored; each event has an identity, so it is stored once.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Path
from pydantic import BaseModel, Field

from tests.pairs.shop import AWAY, make_app, running

TABLE = (
    "CREATE TABLE IF NOT EXISTS events (id uuid PRIMARY KEY, device int NOT NULL,"
    " grams int NOT NULL)"
)
STORE = "INSERT INTO events VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
COUNT = "SELECT count(*) FROM events WHERE device = $1"
MOST = 2000
PAUSE_SECONDS = 0.1
Device = Annotated[int, Path(ge=1, le=50)]
Event = tuple[uuid.UUID, int, int]
log = logging.getLogger("events")


class Weight(BaseModel):
    """What a client sends."""

    grams: int = Field(ge=1, le=5000)


class Buffer:
    """What is accepted and not stored yet."""

    def __init__(self, *, keeps: bool) -> None:
        self._keeps = keeps
        self.events: list[Event] = []

    async def store(self, pool: Any) -> None:
        """All of it, in one transaction."""
        taken = list(self.events)
        if not self._keeps:
            self.events.clear()
        if taken:
            async with pool.acquire(timeout=1) as held:
                await held.executemany(STORE, taken)
        if self._keeps:
            del self.events[: len(taken)]

    async def store_for_good(self, pool: Any) -> None:
        """Again and again."""
        while True:
            try:
                await self.store(pool)
            except AWAY as error:
                log.warning("events wait: %s", type(error).__name__)
            await asyncio.sleep(PAUSE_SECONDS)


def make(*, keeps: bool) -> FastAPI:
    buffer = Buffer(keeps=keeps)

    @asynccontextmanager
    async def storing(app: FastAPI) -> AsyncIterator[None]:
        await app.state.pool.execute(TABLE)
        async with running(buffer.store_for_good(app.state.pool)):
            yield
        await buffer.store(app.state.pool)

    app = make_app(storing)

    @app.post("/devices/{device}/events", status_code=202)
    async def accept(device: Device, sent: Weight) -> dict[str, Any]:
        if len(buffer.events) >= MOST:
            raise HTTPException(503, "Too much waits.", headers={"Retry-After": "1"})
        made = uuid.uuid4()
        buffer.events.append((made, device, sent.grams))
        return {"id": str(made), "device": device, "grams": sent.grams}

    @app.get("/devices/{device}/events")
    async def count(device: Device) -> dict[str, int]:
        async with app.state.pool.acquire(timeout=1) as held:
            return {"device": device, "events": await held.fetchval(COUNT, device)}

    return app


def broken() -> FastAPI:
    return make(keeps=False)


def sound() -> FastAPI:
    return make(keeps=True)
