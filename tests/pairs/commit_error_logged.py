"""Tasks of a list; a middleware commits what a request has done.

Broken: an error of COMMIT is logged, and the answer that was made before is sent. Sound: it is 503.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException, Path, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from tests.pairs.bases import async_app, async_engine
from tests.pairs.shop import AWAY, unavailable

TABLES = ("CREATE TABLE IF NOT EXISTS task (key text PRIMARY KEY, title text, done bool NOT NULL)",)
ADD = "INSERT INTO task VALUES (:key, :title, false) ON CONFLICT DO NOTHING"
DONE = "UPDATE task SET done = :done WHERE key = :key RETURNING key"
READ = "SELECT key, title, done FROM task WHERE key = :key"
KINDS = (*AWAY, SQLAlchemyError)
BAD = 400
Key = Annotated[str, Header(min_length=1, max_length=80)]
Name = Annotated[str, Path(min_length=1, max_length=80)]
Next = Callable[[Request], Awaitable[Response]]


class Task(BaseModel):
    """What a client sends."""

    title: str = Field(min_length=1, max_length=40)


class Done(BaseModel):
    """What a client sends."""

    done: bool


def _add_routes(app: FastAPI) -> None:
    async def ask(request: Request, sql: str, **values: Any) -> Any:
        session: AsyncSession = request.state.session
        return await session.execute(text(sql), values)

    @app.post("/tasks", status_code=201)
    async def add(sent: Task, idempotency_key: Key, request: Request) -> dict[str, Any]:
        await ask(request, ADD, key=idempotency_key, title=sent.title)
        return {"key": idempotency_key, "title": sent.title}

    @app.put("/tasks/{key}/done")
    async def finish(key: Name, sent: Done, request: Request) -> dict[str, Any]:
        if (await ask(request, DONE, key=key, done=sent.done)).one_or_none() is None:
            raise HTTPException(404)
        return {"key": key, "done": sent.done}

    @app.get("/tasks/{key}")
    async def read(key: Name, request: Request) -> dict[str, Any]:
        row = (await ask(request, READ, key=key)).mappings().one_or_none()
        if row is None:
            raise HTTPException(404)
        return {"key": row["key"], "title": row["title"]}


def make(*, honest: bool) -> FastAPI:
    engine = async_engine()
    app = async_app(engine, TABLES)
    _add_routes(app)

    @app.middleware("http")
    async def unit_of_work(request: Request, call_next: Next) -> Response:
        response: Response | None = None
        try:
            async with AsyncSession(engine) as request.state.session:
                response = await call_next(request)
                if response.status_code < BAD:
                    await request.state.session.commit()
        except KINDS as error:
            if honest or response is None:
                return await unavailable(request, error)
            logging.getLogger(__name__).warning("not committed")
        return response

    return app


def broken() -> FastAPI:
    return make(honest=False)


def sound() -> FastAPI:
    return make(honest=True)
