"""Loans of books, by SQLAlchemy on psycopg in FastAPI's threads; tenacity repeats what fails.

Broken: whatever was raised is repeated, a 404 and a 409, too. Sound: errors of the connection are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import tenacity
from fastapi import FastAPI, Header, HTTPException, Path
from pydantic import BaseModel, Field
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from tests.pairs.bases import thread_app
from tests.pairs.ninth_parts import address

TABLES = (
    "CREATE TABLE IF NOT EXISTS books (id int PRIMARY KEY, title text NOT NULL)",
    """INSERT INTO books SELECT n, 'book ' || n FROM generate_series(1, 50) n
    ON CONFLICT DO NOTHING""",
    """CREATE TABLE IF NOT EXISTS loans (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        key text NOT NULL UNIQUE, book int NOT NULL, reader text NOT NULL)""",
)
LEND = """INSERT INTO loans (key, book, reader) VALUES (:key, :book, :reader)
    ON CONFLICT DO NOTHING"""
FIND = "SELECT id, book, reader FROM loans WHERE key = :key"
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Key = Annotated[str, Header(min_length=1, max_length=80)]


class Loan(BaseModel):
    """What a client sends."""

    book: int = Field(ge=1, le=50)
    reader: str = Field(min_length=1, max_length=40)


def make(condition: Any) -> FastAPI:  # noqa: C901
    options = {"connect_timeout": 2, "options": "-c statement_timeout=800"}
    engine = create_engine(
        address("psycopg"), pool_size=10, pool_timeout=0.8, pool_pre_ping=True,
        connect_args=options,
    )  # fmt: skip
    app = thread_app(engine, TABLES)

    def patiently(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        retrying = tenacity.Retrying(
            retry=condition,
            stop=tenacity.stop_after_attempt(5),
            wait=tenacity.wait_exponential(0.1),
            reraise=True,
        )
        return retrying(work)

    @app.get("/books/{number}")
    def read(number: Number) -> dict[str, Any]:
        def look() -> dict[str, Any]:
            with engine.begin() as held:
                find = text("SELECT id, title FROM books WHERE id = :id")
                row = held.execute(find, {"id": number}).one_or_none()
                if row is None:
                    raise HTTPException(404)
                return {"id": row.id, "title": row.title}

        return patiently(look)

    @app.post("/loans", status_code=201)
    def lend(sent: Loan, idempotency_key: Key) -> dict[str, Any]:
        values = {"key": idempotency_key, "book": sent.book, "reader": sent.reader}

        def write() -> dict[str, Any]:
            with engine.begin() as held:
                held.execute(text(LEND), values)
                row = held.execute(text(FIND), {"key": idempotency_key}).one()
                if (row.book, row.reader) != (sent.book, sent.reader):
                    raise HTTPException(409)
                return {"id": row.id, "book": row.book, "reader": row.reader}

        return patiently(write)

    @app.get("/loans/{number}")
    def read_loan(number: Number) -> dict[str, Any]:
        def look() -> dict[str, Any]:
            with engine.begin() as held:
                find = text("SELECT id, book, reader FROM loans WHERE id = :id")
                row = held.execute(find, {"id": number}).one_or_none()
                if row is None:
                    raise HTTPException(404)
                return {"id": row.id, "book": row.book, "reader": row.reader}

        return patiently(look)

    return app


def broken() -> FastAPI:
    return make(tenacity.retry_if_exception_type())


def sound() -> FastAPI:
    return make(tenacity.retry_if_exception_type(OperationalError))
