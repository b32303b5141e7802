"""Work that is repeated. Broken: in the session whose transaction has failed. Sound: after a
rollback.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import tenacity
from fastapi import FastAPI, Header
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from tests.pairs.bases import COUNT, NOTE, SHELF, Number, async_app, async_engine

DEADLINE = 2.0


def make(*, rolls_back: bool) -> FastAPI:
    engine = async_engine()
    app, sessions = async_app(engine), async_sessionmaker(engine)

    async def repeated(db: AsyncSession, statements: list[str], values: dict[str, Any]) -> Any:
        async for attempt in tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception_type(SQLAlchemyError),
            stop=tenacity.stop_after_attempt(3),
            wait=tenacity.wait_random(0, 0.05),
            reraise=True,
        ):
            with attempt:
                try:
                    found = [await db.execute(text(sql), values) for sql in statements]
                    await db.commit()
                except SQLAlchemyError:
                    if rolls_back:
                        await db.rollback()
                    raise
        return found[0]

    @app.get("/shelves/{number}")
    async def shelf(number: Number) -> dict[str, Any]:
        async with asyncio.timeout(DEADLINE), sessions() as db:
            found = await repeated(db, [f"{SHELF} :id"], {"id": number})
            return dict(found.mappings().one())

    @app.post("/shelves/{number}/notes", status_code=201)
    async def add(number: Number, idempotency_key: Annotated[str, Header()]) -> dict[str, Any]:
        values = {"key": idempotency_key, "id": number}
        counted = f"{COUNT} AND EXISTS (SELECT FROM shelf_note WHERE key = :key AND xmin = {OWN})"
        async with asyncio.timeout(DEADLINE), sessions() as db:
            await repeated(db, [NOTE, counted], values)
        return {"key": idempotency_key, "shelf": number}

    return app


OWN = "pg_current_xact_id()::xid"
"""Of a row that this transaction has made."""


def broken() -> FastAPI:
    return make(rolls_back=False)


def sound() -> FastAPI:
    return make(rolls_back=True)
