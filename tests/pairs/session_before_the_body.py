"""Messages on boards, with SQLAlchemy on asyncpg.

Broken: a middleware takes the request's connection before the body is there, so that callers who
stop in the middle of a request keep the whole pool. Sound: the endpoint takes it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI, Path, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.pairs.bases import async_app, async_engine
from tests.pairs.shop import AWAY, unavailable

TABLES = (
    "CREATE TABLE IF NOT EXISTS boards (id int PRIMARY KEY, topic text NOT NULL)",
    """INSERT INTO boards SELECT n, 'topic ' || n FROM generate_series(1, 30) n
    ON CONFLICT DO NOTHING""",
    """CREATE TABLE IF NOT EXISTS messages (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        board int NOT NULL REFERENCES boards, words text NOT NULL)""",
)
Number = Annotated[int, Path(ge=1, le=30)]


class Message(BaseModel):
    """What a client sends."""

    words: str = Field(min_length=1, max_length=80)


def make(*, early: bool) -> FastAPI:
    engine = async_engine()
    app = async_app(engine, TABLES)

    @app.middleware("http")
    async def session(request: Request, serve: Callable[[Request], Awaitable[Response]]) -> Any:
        if not early:
            return await serve(request)
        try:
            async with engine.begin() as held:
                request.state.held = held
                return await serve(request)
        except (*AWAY, SQLAlchemyError) as error:
            return await unavailable(request, error)

    @asynccontextmanager
    async def connection(request: Request) -> AsyncIterator[AsyncConnection]:
        if early:
            yield request.state.held
        else:
            async with engine.begin() as held:
                yield held

    @app.get("/boards/{number}")
    async def read(number: Number, request: Request) -> dict[str, Any]:
        async with connection(request) as held:
            sql = text("SELECT topic FROM boards WHERE id = :id")
            topic = (await held.execute(sql, {"id": number})).scalar_one()
        return {"id": number, "topic": topic}

    @app.post("/boards/{number}/messages", status_code=201)
    async def write(number: Number, sent: Message, request: Request) -> dict[str, Any]:
        async with connection(request) as held:
            sql = text("INSERT INTO messages (board, words) VALUES (:board, :words) RETURNING id")
            values = {"board": number, "words": sent.words}
            made = (await held.execute(sql, values)).scalar_one()
        return {"id": made, "board": number, "words": sent.words}

    return app


def broken() -> FastAPI:
    return make(early=True)


def sound() -> FastAPI:
    return make(early=False)
