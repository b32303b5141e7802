"""A stream without an end. Broken: its session ends with the stream. Sound: before it begins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import asyncpg
from fastapi import Depends, FastAPI, Request
from fastapi.responses import StreamingResponse

from tests.pairs.shop import make_app

MAY_LISTEN = "SELECT count(*) FROM items"


async def ticks() -> AsyncIterator[str]:
    while True:
        yield "data: tick\n\n"
        await asyncio.sleep(0.2)


def stream() -> StreamingResponse:
    return StreamingResponse(ticks(), media_type="text/event-stream")


async def connected(request: Request) -> AsyncIterator[asyncpg.Connection]:
    async with request.app.state.pool.acquire() as connection:
        yield connection


def broken() -> FastAPI:
    app = make_app()

    @app.get("/events")
    async def events(
        connection: Annotated[asyncpg.Connection, Depends(connected)],
    ) -> StreamingResponse:
        await connection.fetchval(MAY_LISTEN)
        return stream()

    return app


def sound() -> FastAPI:
    app = make_app()

    @app.get("/events")
    async def events() -> StreamingResponse:
        async with app.state.pool.acquire() as connection:
            await connection.fetchval(MAY_LISTEN)
        return stream()

    return app
