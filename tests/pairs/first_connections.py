"""Tables in their own schema. Broken: the pool's first connections are told so. Sound: each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI, HTTPException
from sqlalchemy import text

from tests.pairs.bases import SHELF, TABLES, Number, add_to_lifespan, async_app, async_engine

DEADLINE = 2.0
PATH = "SET search_path TO library"
MADE = ("CREATE SCHEMA IF NOT EXISTS library", PATH, *TABLES)
PLACES = 10


def make(*, each: bool) -> FastAPI:
    settings = {"server_settings": {"search_path": "library"}} if each else {}
    engine = async_engine(connect_args=settings)
    app = async_app(engine, MADE)

    async def tell_all() -> None:
        async with AsyncExitStack() as held:
            for _ in range(PLACES):
                connection = await held.enter_async_context(engine.connect())
                await connection.execute(text(PATH))
                await connection.commit()

    @asynccontextmanager
    async def told() -> AsyncIterator[None]:
        if not each:
            await tell_all()
        yield

    add_to_lifespan(app, told)

    @app.get("/shelves")
    async def shelves() -> list[dict[str, Any]]:
        async with asyncio.timeout(DEADLINE), engine.connect() as connection:
            found = await connection.execute(
                text("SELECT id, name FROM shelf ORDER BY id LIMIT 20")
            )
            return [dict(row) for row in found.mappings()]

    @app.get("/shelves/{number}")
    async def shelf(number: Number) -> dict[str, Any]:
        async with asyncio.timeout(DEADLINE), engine.connect() as connection:
            found = await connection.execute(text(f"{SHELF} :id"), {"id": number})
            row = found.mappings().one_or_none()
        if row is None:
            raise HTTPException(404)
        return dict(row)

    return app


def broken() -> FastAPI:
    return make(each=False)


def sound() -> FastAPI:
    return make(each=True)
