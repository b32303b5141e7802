"""A session in a middleware. Broken: it commits, whatever was answered. Sound: successes only."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import FastAPI, Header, Request
from fastapi.responses import Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import async_sessionmaker

from tests.pairs.bases import COUNT, NOTE, SHELF, Number, async_app, async_engine
from tests.pairs.shop import unavailable

DEADLINE = 2.0
REFUSED = 400


def make(*, commits_refusals: bool) -> FastAPI:
    engine = async_engine()
    app, sessions = async_app(engine), async_sessionmaker(engine)

    @app.middleware("http")
    async def with_session(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        try:
            async with asyncio.timeout(DEADLINE), sessions() as db:
                request.state.db = db
                answer = await call_next(request)
                if commits_refusals or answer.status_code < REFUSED:
                    await db.commit()
                return answer
        except (SQLAlchemyError, OSError) as error:
            return await unavailable(request, error)

    @app.get("/shelves/{number}")
    async def shelf(number: Number, request: Request) -> dict[str, Any]:
        found = await request.state.db.execute(text(f"{SHELF} :id"), {"id": number})
        return dict(found.mappings().one())

    @app.post("/shelves/{number}/notes", status_code=201)
    async def add(
        number: Number, request: Request, idempotency_key: Annotated[str, Header()]
    ) -> dict[str, Any]:
        db, values = request.state.db, {"key": idempotency_key, "id": number}
        made = await db.execute(text(NOTE), values)
        async with db.begin_nested():
            if made.rowcount:
                await db.execute(text(COUNT), values)
        return {"key": idempotency_key, "shelf": number}

    return app


def broken() -> FastAPI:
    return make(commits_refusals=True)


def sound() -> FastAPI:
    return make(commits_refusals=False)
