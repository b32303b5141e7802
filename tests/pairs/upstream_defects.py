"""Mistakes around an HTTP upstream, one for each path of one app.

The sound path has a limit on the whole request, checks the answer, holds no connection of the pool
meanwhile, and refuses honestly.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse

from tests.pairs.shop import make_app, unavailable
from tests.pairs.upstream import AWAY, URL

SECONDS = 0.2
KEPT_SECONDS = 30.0
STOCK = "SELECT stock FROM items WHERE id = $1"
Rate = dict[str, Any]


class RateUnknown(Exception):
    """There is no rate now."""


class Rates:
    """How a rate is asked for; the name of a method is that of its path and of its mistake."""

    def __init__(self, app: FastAPI, client: httpx2.AsyncClient) -> None:
        self._app = app
        self._client = client
        self._clients: list[httpx2.AsyncClient] = []
        self._refused: dict[int, float] = {}

    async def _ask(self, item: int, client: httpx2.AsyncClient | None = None) -> Rate:
        try:
            async with asyncio.timeout(SECONDS):
                answer = await (client or self._client).get(f"/rates/{item}")
                answer.raise_for_status()
                found: Rate = answer.json()
        except (*AWAY, ValueError) as error:
            raise RateUnknown(str(error)) from error
        return {"rate": found["rate"], "currency": found["currency"]}

    async def sound(self, item: int) -> Rate:
        """Asked once, with a limit."""
        return await self._ask(item)

    async def success_with_an_error(self, item: int) -> Rate:
        """200, and what went wrong is in the body."""
        try:
            return await self._ask(item)
        except RateUnknown:
            return {"error": "no rate"}

    async def a_rate_of_one(self, item: int) -> Rate:
        """What the upstream cannot say is 1."""
        try:
            return await self._ask(item)
        except RateUnknown:
            return {"rate": 1.0, "currency": "EUR"}

    async def remembers_errors(self, item: int) -> Rate:
        """The error of an item is kept as its answer is."""
        if time.monotonic() < self._refused.get(item, 0.0):
            raise RateUnknown
        try:
            return await self._ask(item)
        except RateUnknown:
            self._refused[item] = time.monotonic() + KEPT_SECONDS
            raise

    async def holds_a_connection(self, item: int) -> Rate:
        """The question is asked within a transaction."""
        async with self._app.state.pool.acquire() as connection, connection.transaction():
            await connection.fetchval(STOCK, item)
            async with asyncio.timeout(5):
                try:
                    answer = await self._client.get(f"/rates/{item}")
                    answer.raise_for_status()
                    return {"rate": answer.json()["rate"], "currency": "EUR"}
                except (*AWAY, ValueError):
                    raise RateUnknown from None

    async def tells_the_words(self, item: int) -> Rate:
        """The text of the exception is the answer, with the upstream's address."""
        try:
            return await self._ask(item)
        except RateUnknown as error:
            raise HTTPException(503, str(error), {"Retry-After": "1"}) from None

    async def a_client_for_each(self, item: int) -> Rate:
        """A client for each request, which is closed after success."""
        client = httpx2.AsyncClient(base_url=URL, timeout=SECONDS)
        self._clients.append(client)
        found = await self._ask(item, client)
        await self._clients.pop(self._clients.index(client)).aclose()
        return found

    async def not_there(self, item: int) -> Rate:
        """What the upstream cannot say does not exist."""
        try:
            return await self._ask(item)
        except RateUnknown:
            raise HTTPException(404) from None


RATES = [name for name in vars(Rates) if not name.startswith("_")]


def create_app() -> FastAPI:
    """All paths."""

    @asynccontextmanager
    async def with_client(app: FastAPI) -> AsyncIterator[None]:
        async with httpx2.AsyncClient(base_url=URL, timeout=None) as client:
            app.state.rates = Rates(app, client)
            yield

    app = make_app(with_client)

    async def refuse(request: Request, error: Exception) -> JSONResponse:
        return await unavailable(request, error)

    app.add_exception_handler(RateUnknown, refuse)

    @app.get("/rates/{name}/{item}")
    async def read(name: str, item: int) -> Rate:
        stock = await app.state.pool.fetchval(STOCK, item)
        found: Rate = await getattr(app.state.rates, name)(item)
        return {"id": item, "stock": stock, **found}

    return app
