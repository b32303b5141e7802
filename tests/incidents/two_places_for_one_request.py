"""Two dependencies of a request take a place each, so halves fill the pool. Sound: they share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

import asyncpg
from fastapi import Depends, FastAPI, Request

from tests.pairs.shop import make_app


async def of_the_request(request: Request) -> AsyncIterator[asyncpg.Connection]:
    async with request.app.state.pool.acquire(timeout=1) as connection:
        yield connection


async def first(request: Request) -> AsyncIterator[asyncpg.Connection]:
    async with request.app.state.pool.acquire() as connection:
        yield connection


async def second(request: Request) -> AsyncIterator[asyncpg.Connection]:
    async with request.app.state.pool.acquire() as connection:
        yield connection


def make(*takes: object) -> FastAPI:
    app = make_app()
    user_from, item_from = (Depends(take) for take in takes)  # type: ignore[arg-type]

    @app.get("/items/{item_id}/checked")
    async def checked(
        item_id: int,
        users: Annotated[asyncpg.Connection, user_from],
        items: Annotated[asyncpg.Connection, item_from],
    ) -> dict[str, int]:
        await users.fetchval("SELECT count(*) FROM items")
        return {"id": await items.fetchval("SELECT id FROM items WHERE id = $1", item_id)}

    return app


def broken() -> FastAPI:
    return make(first, second)


def sound() -> FastAPI:
    return make(of_the_request, of_the_request)
