"""A session from a dependency with ``yield`` that commits when it is left.

Broken: FastAPI leaves it after the answer. Sound: before it (``scope="function"``).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Literal

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from tests.pairs.bases import async_app, async_engine

TABLE = "CREATE TABLE IF NOT EXISTS memo (id serial PRIMARY KEY, body text NOT NULL)"
ADD = text("INSERT INTO memo (body) VALUES (:body) RETURNING id")
READ = text("SELECT id, body FROM memo WHERE id = :id")


class Memo(BaseModel):
    """What a client sends."""

    body: str = Field(min_length=1, max_length=80)


def make(scope: Literal["function", "request"]) -> FastAPI:
    engine = async_engine()
    app = async_app(engine, (TABLE,))
    sessions = async_sessionmaker(engine, expire_on_commit=False)

    async def with_session() -> AsyncIterator[AsyncSession]:
        async with sessions() as opened:
            yield opened
            await opened.commit()

    given: Any = Depends(with_session, scope=scope)

    @app.post("/memos", status_code=201)
    async def add(memo: Memo, session: AsyncSession = given) -> dict[str, Any]:
        number = (await session.execute(ADD, {"body": memo.body})).scalar_one()
        return {"id": number, "body": memo.body}

    @app.get("/memos/{memo_id}")
    async def read(memo_id: int, session: AsyncSession = given) -> dict[str, Any]:
        row = (await session.execute(READ, {"id": memo_id})).mappings().one_or_none()
        if row is None:
            raise HTTPException(404)
        return dict(row)

    return app


def broken() -> FastAPI:
    return make("request")


def sound() -> FastAPI:
    return make("function")
