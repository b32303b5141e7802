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


async def look(
    users: asyncpg.Connection, items: asyncpg.Connection, item_id: int
) -> dict[str, int]:
    await users.fetchval("SELECT count(*) FROM items")
    return {"id": await items.fetchval("SELECT id FROM items WHERE id = $1", item_id)}


async def look_twice(
    item_id: int,
    users: Annotated[asyncpg.Connection, Depends(first)],
    items: Annotated[asyncpg.Connection, Depends(second)],
) -> dict[str, int]:
    return await look(users, items, item_id)


async def look_once(
    item_id: int, both: Annotated[asyncpg.Connection, Depends(of_the_request)]
) -> dict[str, int]:
    return await look(both, both, item_id)


def broken() -> FastAPI:
    app = make_app()
    app.add_api_route("/items/{item_id}/checked", look_twice)
    return app


def sound() -> FastAPI:
    app = make_app()
    app.add_api_route("/items/{item_id}/checked", look_once)
    return app
