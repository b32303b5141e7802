"""A dependency commits after ``yield``, when the answer is out. Sound: before it is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, Header, Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.incidents.orm_shop import make_app, make_engine

WRITE = text("INSERT INTO notes (key) VALUES (:key) ON CONFLICT DO NOTHING")


async def committed(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session
        await session.commit()


def make(scope: Literal["function", "request"]) -> FastAPI:
    app = make_app(make_engine())

    @app.post("/notes", status_code=201)
    async def write(
        session: Annotated[AsyncSession, Depends(committed, scope=scope)],
        idempotency_key: Annotated[str, Header()],
    ) -> dict[str, str]:
        await session.execute(WRITE, {"key": idempotency_key})
        return {"key": idempotency_key}

    return app


def broken() -> FastAPI:
    return make("request")


def sound() -> FastAPI:
    return make("function")
