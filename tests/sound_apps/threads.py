"""A sound app whose handlers run in threads: SQLAlchemy's pool, and psycopg2.

Beside ``notes`` it has items with ids, a list, and a transaction of two statements.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException, Path, Request
from fastapi.responses import JSONResponse
from psycopg2 import OperationalError, extensions  # type: ignore[import-untyped]
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

TABLES = """
CREATE TABLE IF NOT EXISTS shelf (id int PRIMARY KEY, notes int NOT NULL);
CREATE TABLE IF NOT EXISTS shelf_note (key text PRIMARY KEY, shelf_id int NOT NULL);
INSERT INTO shelf SELECT n, 0 FROM generate_series(1, 40) n ON CONFLICT DO NOTHING
"""
STATEMENT_SECONDS = 0.7
Number = Annotated[int, Path(ge=1, le=40)]


def wait_at_most(connection: Any) -> None:
    """psycopg2 has no limit of its own for a silent socket: this is the way to give it one."""
    end = time.monotonic() + STATEMENT_SECONDS
    while (state := connection.poll()) != extensions.POLL_OK:
        left = max(0.0, end - time.monotonic())
        reads = [connection.fileno()] if state == extensions.POLL_READ else []
        writes = [connection.fileno()] if state == extensions.POLL_WRITE else []
        if not any(select.select(reads, writes, [], left)):
            # The traceback of an error may live for long, and would keep the socket open.
            del connection
            raise OperationalError("the server said nothing in time")


def psycopg2_threads() -> FastAPI:
    """SQLAlchemy on psycopg2, five connections and five more, in AnyIO's threads."""
    url = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg2://")
    extensions.set_wait_callback(wait_at_most)
    engine = create_engine(url, pool_size=5, max_overflow=5, pool_timeout=0.5)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with engine.begin() as connection:
            for sql in TABLES.split(";"):
                connection.execute(text(sql))
        yield
        engine.dispose()

    app = FastAPI(lifespan=lifespan)
    _add_routes(app, engine)
    return app


def _add_routes(app: FastAPI, engine: Engine) -> None:
    @app.exception_handler(SQLAlchemyError)
    def away(_request: Request, _error: Exception) -> JSONResponse:
        return JSONResponse({"detail": "the database is away"}, 503, {"Retry-After": "1"})

    @app.get("/shelves")
    def shelves() -> list[dict[str, Any]]:
        with engine.begin() as connection:
            found = connection.execute(text("SELECT id, notes FROM shelf ORDER BY id LIMIT 20"))
            return [dict(row) for row in found.mappings()]

    @app.get("/shelves/{number}")
    def shelf(number: Number) -> dict[str, Any]:
        with engine.begin() as connection:
            found = connection.execute(text("SELECT id, notes FROM shelf WHERE id = :id"),
                                       {"id": number})  # fmt: skip
            row = found.mappings().one_or_none()
        if row is None:
            raise HTTPException(404)
        return dict(row)

    @app.post("/shelves/{number}/notes", status_code=201)
    def add(number: Number, idempotency_key: Annotated[str, Header()]) -> dict[str, Any]:
        with engine.begin() as connection:
            made = connection.execute(
                text("INSERT INTO shelf_note VALUES (:key, :id) ON CONFLICT DO NOTHING"),
                {"key": idempotency_key, "id": number},
            )
            if made.rowcount:
                connection.execute(text("UPDATE shelf SET notes = notes + 1 WHERE id = :id"),
                                   {"id": number})  # fmt: skip
        return {"key": idempotency_key, "shelf": number}
