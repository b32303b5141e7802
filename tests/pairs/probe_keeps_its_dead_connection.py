"""Rooms, by SQLAlchemy on psycopg2 in FastAPI's threads; the readiness probe has a connection.

Broken: it asks the same connection for ever, also when that is dead. Sound: after an error it
connects again.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Annotated, Any

import psycopg2  # type: ignore[import-untyped]
from fastapi import FastAPI, HTTPException, Path
from pydantic import BaseModel, Field
from sqlalchemy import text

from tests.pairs.bases import thread_app, thread_engine
from tests.pairs.ninth_parts import BARE, LIMITS
from tests.pairs.shop import unavailable

TABLES = (
    "CREATE TABLE IF NOT EXISTS rooms (id int PRIMARY KEY, name text NOT NULL)",
    """INSERT INTO rooms SELECT n, 'room ' || n FROM generate_series(1, 40) n
    ON CONFLICT DO NOTHING""",
)
READ = text("SELECT id, name FROM rooms WHERE id = :id")
RENAME = text("UPDATE rooms SET name = :name WHERE id = :id")
Number = Annotated[int, Path(ge=1, le=40)]


class Name(BaseModel):
    """What a client sends."""

    name: str = Field(min_length=1, max_length=40)


class Probe:
    """A connection that is asked whether the database is there."""

    def __init__(self, *, connects_again: bool) -> None:
        self._connects_again = connects_again
        self._one_at_a_time = threading.Lock()
        self._held: Any = None

    def ask(self) -> None:
        """Raise psycopg2.Error when it is not there."""
        with self._one_at_a_time:
            if self._held is None:
                self._held = psycopg2.connect(BARE, options=LIMITS, connect_timeout=1)
                self._held.autocommit = True
            try:
                with self._held.cursor() as cursor:
                    cursor.execute("SELECT 1")
            except psycopg2.Error:
                if self._connects_again:
                    with suppress(psycopg2.Error):
                        self._held.close()
                    self._held = None
                raise


def make(*, connects_again: bool) -> FastAPI:
    engine = thread_engine()
    app = thread_app(engine, TABLES)
    app.add_exception_handler(psycopg2.Error, unavailable)
    probe = Probe(connects_again=connects_again)

    @app.get("/livez")
    def live() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz")
    def ready() -> dict[str, str]:
        probe.ask()
        return {"status": "ready"}

    @app.get("/rooms/{number}")
    def read(number: Number) -> dict[str, Any]:
        with engine.begin() as held:
            row = held.execute(READ, {"id": number}).mappings().one_or_none()
        if row is None:
            raise HTTPException(404)
        return dict(row)

    @app.put("/rooms/{number}")
    def rename(number: Number, sent: Name) -> dict[str, Any]:
        with engine.begin() as held:
            held.execute(RENAME, {"id": number, "name": sent.name})
        return {"id": number, "name": sent.name}

    return app


def broken() -> FastAPI:
    return make(connects_again=False)


def sound() -> FastAPI:
    return make(connects_again=True)
