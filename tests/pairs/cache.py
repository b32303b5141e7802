"""A cache in Redis before the database.

Broken: waits for it without a limit, fails with it, relies on what it has put there, or connects
once, at its start. Sound: a limit, and the database instead.
"""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from valkey import asyncio as redis
from valkey.exceptions import ValkeyError

from tests.pairs.bases import add_to_lifespan
from tests.pairs.shop import make_app

URL = os.environ.get("REDIS_URL", "")
SECONDS = 0.15
PAUSE_SECONDS = 0.3
AWAY = (ValkeyError, OSError, TimeoutError, RuntimeError)
"""uvloop raises a RuntimeError for a write to a connection that was reset a moment before."""


class Cache:
    """A client of Redis that, once it failed, is left alone for a moment."""

    def __init__(self, seconds: float | None, away: tuple[type[Exception], ...]) -> None:
        self._client = redis.from_url(URL, socket_timeout=seconds, socket_connect_timeout=seconds)  # type: ignore[no-untyped-call] # as it is
        self._away = away
        self._not_before = 0.0

    async def ping(self) -> None:
        """Refuse a server that is away, whatever ``away`` says."""
        await self._client.ping()

    async def ask(self, command: str, *arguments: object, **options: object) -> bytes | None:
        """The answer; None when there is none, or Redis is away."""
        if time.monotonic() < self._not_before:
            return None
        try:
            answer: bytes | None = await getattr(self._client, command)(*arguments, **options)
        except self._away:
            self._not_before = time.monotonic() + PAUSE_SECONDS
            return None
        return answer


def make(*, seconds: float | None, falls_back: bool, only_at_start: bool = False) -> FastAPI:
    app = make_app()
    app.state.cache = cache = Cache(seconds, AWAY if falls_back else ())

    @app.get("/cached/{item_id}")
    async def read_cached(item_id: int) -> dict[str, int]:
        key = f"stock:{item_id}"
        found = await app.state.cache.ask("get", key)
        if found is None:
            found = await app.state.pool.fetchval("SELECT stock FROM items WHERE id = $1", item_id)
            await app.state.cache.ask("set", key, int(found or 0), px=30)
        return {"id": item_id, "stock": int(found or 0)}

    @asynccontextmanager
    async def connected() -> AsyncIterator[None]:
        try:
            await cache.ping()
        except AWAY:
            app.state.cache = None
        yield

    if only_at_start:
        add_to_lifespan(app, connected)
    return app


def sound() -> FastAPI:
    return make(seconds=SECONDS, falls_back=True)


def waits_for_ever() -> FastAPI:
    return make(seconds=None, falls_back=True)


def fails_with_it() -> FastAPI:
    return make(seconds=SECONDS, falls_back=False)


def connects_once() -> FastAPI:
    """A Redis that is away when the app starts is not there for the life of the process."""
    return make(seconds=SECONDS, falls_back=True, only_at_start=True)


def relies_on_it() -> FastAPI:
    """A key that it once wrote is there: nothing expires, so why should one be missing."""
    app = make_app()
    cache = Cache(SECONDS, AWAY)
    written: set[str] = set()

    @app.get("/cached/{item_id}")
    async def read_cached(item_id: int) -> dict[str, int]:
        key = f"stock:{item_id}"
        if key not in written:
            found = await app.state.pool.fetchval("SELECT stock FROM items WHERE id = $1", item_id)
            await cache.ask("set", key, int(found or 0))
            written.add(key)
        found = await cache.ask("get", key)
        assert found is not None
        return {"id": item_id, "stock": int(found)}

    return app
