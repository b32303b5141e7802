"""A refused BEGIN leaves the driver inside of a transaction. Sound: that connection is dropped."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Header
from sqlalchemy import event, text
from sqlalchemy.engine.interfaces import ExceptionContext

from tests.incidents.orm_shop import READ, make_app, make_engine

NOTE = text("INSERT INTO notes (key) VALUES (:key) ON CONFLICT DO NOTHING")
BY_THE_STATEMENT = ("22", "23", "42")
"""Classes of errors that say nothing of the connection."""


def drop(context: ExceptionContext) -> None:
    state = getattr(context.original_exception, "sqlstate", None) or ""
    if state[:2] not in BY_THE_STATEMENT:
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = False


def make(*, careful: bool) -> FastAPI:
    engine = make_engine()
    if careful:
        event.listen(engine.sync_engine, "handle_error", drop)
    app = make_app(engine)

    @app.get("/items/{item_id}")
    async def read(item_id: int) -> dict[str, int]:
        async with app.state.sessions() as session, session.begin():
            stock = (await session.execute(READ, {"id": item_id})).scalar_one()
            return {"id": item_id, "stock": stock}

    @app.post("/notes", status_code=201)
    async def write(idempotency_key: Annotated[str, Header()]) -> dict[str, str]:
        async with app.state.sessions() as session, session.begin():
            await session.execute(NOTE, {"key": idempotency_key})
            return {"key": idempotency_key}

    return app


def broken() -> FastAPI:
    return make(careful=False)


def sound() -> FastAPI:
    return make(careful=True)
