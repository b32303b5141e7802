"""Three numbers on one page. Broken: 0 for what cannot be counted. Sound: no page without it."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import FastAPI, Header
from sqlalchemy import text

from tests.pairs.bases import COUNT, NOTE, SHELF, Number, async_app, async_engine

DEADLINE = 2.0
COUNTS = {
    "shelves": "SELECT count(*) FROM shelf",
    "notes": "SELECT count(*) FROM shelf_note",
    "largest": "SELECT max(id) FROM shelf",
}


def make(*, zero_for_errors: bool) -> FastAPI:
    engine = async_engine()
    app = async_app(engine)

    async def count(sql: str) -> int:
        async with engine.connect() as connection:
            return int((await connection.execute(text(sql))).scalar_one())

    @app.get("/dashboard")
    async def dashboard() -> dict[str, int]:
        async with asyncio.timeout(DEADLINE):
            counts = (count(sql) for sql in COUNTS.values())
            found = await asyncio.gather(*counts, return_exceptions=True)
        if not zero_for_errors:
            for each in found:
                if isinstance(each, BaseException):
                    raise each
        numbers = (each if isinstance(each, int) else 0 for each in found)
        return dict(zip(COUNTS, numbers, strict=True))

    @app.get("/shelves/{number}")
    async def shelf(number: Number) -> dict[str, Any]:
        async with asyncio.timeout(DEADLINE), engine.connect() as connection:
            found = await connection.execute(text(f"{SHELF} :id"), {"id": number})
            return dict(found.mappings().one())

    @app.post("/shelves/{number}/notes", status_code=201)
    async def add(number: Number, idempotency_key: Annotated[str, Header()]) -> dict[str, Any]:
        values = {"key": idempotency_key, "id": number}
        async with asyncio.timeout(DEADLINE), engine.begin() as connection:
            if (await connection.execute(text(NOTE), values)).rowcount:
                await connection.execute(text(COUNT), values)
        return {"key": idempotency_key, "shelf": number}

    return app


def broken() -> FastAPI:
    return make(zero_for_errors=True)


def sound() -> FastAPI:
    return make(zero_for_errors=False)
