"""Mistakes around a Redis cache, one for each path of one app; each has a client of its own.

The sound path bounds each wait, leaves Redis alone after an error, reads from the database instead,
and a write reaches the database before it is acknowledged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, HTTPException
from fastapi.responses import JSONResponse
from valkey import asyncio as redis

from tests.pairs.cache import AWAY, SECONDS, URL, Cache
from tests.pairs.shop import make_app

READ = "SELECT stock + id FROM items WHERE id = $1"
"""Different for each item."""
STORED = "SELECT stock FROM items WHERE id = $1"
WRITE = "UPDATE items SET stock = $2 WHERE id = $1"
Answer = dict[str, Any] | JSONResponse


def client() -> Any:
    """A client with a limit on each wait."""
    return redis.from_url(URL, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)  # type: ignore[no-untyped-call] # as it is


class Reads:
    """How an item is read; the name of a method is that of its path and of its mistake."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._client = client()
        self._cache = Cache(SECONDS, AWAY)
        self._broken = False

    async def _database(self, item: int) -> int:
        return int(await self._app.state.pool.fetchval(READ, item))

    async def _cached(self, item: int) -> int:
        found = await self._client.get(f"stock:{item}")
        if found is None:
            found = await self._database(item)
            await self._client.set(f"stock:{item}", found, px=30)
        return int(found)

    async def sound(self, item: int) -> Answer:
        """The cache, or the database."""
        found = await self._cache.ask("get", f"stock:{item}")
        return {"id": item, "stock": int(found or await self._database(item))}

    async def not_there(self, item: int) -> Answer:
        """What cannot be looked up is not there."""
        try:
            return {"id": item, "stock": await self._cached(item)}
        except AWAY:
            raise HTTPException(404) from None

    async def a_usual_number(self, item: int) -> Answer:
        """What cannot be looked up has the usual stock."""
        try:
            return {"id": item, "stock": await self._cached(item)}
        except AWAY:
            return {"id": item, "stock": 1000}

    async def tries_until_it_works(self, item: int) -> Answer:
        """Errors are repeated with a pause, and nobody counts the time."""
        for _ in range(40):
            try:
                return {"id": item, "stock": await self._cached(item)}
            except AWAY:
                await asyncio.sleep(0.05)
        return {"id": item, "stock": await self._database(item)}

    async def gives_up_for_good(self, item: int) -> Answer:
        """After an error it refuses, until it is started again."""
        try:
            if not self._broken:
                return {"id": item, "stock": await self._cached(item)}
        except AWAY:
            self._broken = True
        return JSONResponse({"detail": "no cache"}, 503, {"Retry-After": "1"})

    async def who_are_you(self, item: int) -> Answer:
        """The session is in Redis; without it nobody is logged in."""
        try:
            return {"id": item, "stock": await self._cached(item)}
        except AWAY:
            raise HTTPException(401) from None

    async def tells_the_words(self, item: int) -> Answer:
        """The text of the exception is the answer."""
        try:
            return {"id": item, "stock": await self._cached(item)}
        except AWAY as error:
            return JSONResponse({"detail": str(error)}, 503, {"Retry-After": "1"})


READS = [name for name in vars(Reads) if not name.startswith("_")]


class Writes:
    """How a stock is changed and read back; the paths as above."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._client = client()

    async def sound_write(self, item: int, stock: int) -> None:
        """No copy at all."""
        await self._app.state.pool.execute(WRITE, item, stock)

    async def old_copy_stays(self, item: int, stock: int) -> None:
        """The copy is removed after the commit; that it was not is nobody's problem."""
        await self._app.state.pool.execute(WRITE, item, stock)
        try:
            await self._client.delete(f"copy:{item}")
        except AWAY:
            return

    async def read(self, name: str, item: int) -> int:
        """The stock; one path has copies without an end."""
        if name == "old_copy_stays":
            try:
                found = await self._client.get(f"copy:{item}")
                if found is None:
                    found = await self._app.state.pool.fetchval(STORED, item)
                    await self._client.set(f"copy:{item}", int(found))
                return int(found)
            except AWAY:
                pass
        return int(await self._app.state.pool.fetchval(STORED, item))


def create_app() -> FastAPI:
    """All paths."""

    app = make_app()
    writes = Writes(app)
    reads = Reads(app)

    @app.get("/reads/{name}/{item}")
    async def read(name: str, item: int) -> Any:
        how: Callable[[int], Awaitable[Answer]] = getattr(reads, name)
        return await how(item)

    @app.put("/writes/{name}/{item}")
    async def write(name: str, item: int, body: dict[str, int]) -> Any:
        try:
            await getattr(writes, name)(item, body["stock"])
        except AWAY:
            return JSONResponse({"detail": "no cache"}, 503, {"Retry-After": "1"})
        return {"id": item, "stock": body["stock"]}

    @app.get("/writes/{name}/{item}")
    async def read_back(name: str, item: int) -> dict[str, int]:
        return {"id": item, "stock": await writes.read(name, item)}

    return app
