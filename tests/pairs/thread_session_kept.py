"""Tickets, with a session for each thread.

Broken: nothing rolls it back or removes it after an error. Sound: both, whatever happened.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException, Path
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.orm import scoped_session, sessionmaker

from tests.pairs.bases import thread_app, thread_engine

TABLES = (
    "CREATE TABLE IF NOT EXISTS queue (id int PRIMARY KEY, name text, tickets int NOT NULL)",
    "CREATE TABLE IF NOT EXISTS ticket (key text PRIMARY KEY, queue_id int, subject text)",
    """INSERT INTO queue SELECT n, 'queue ' || n, 0 FROM generate_series(1, 20) n
    ON CONFLICT DO NOTHING""",
)
OPEN = "INSERT INTO ticket VALUES (:key, :queue, :subject) ON CONFLICT DO NOTHING RETURNING key"
COUNT = "UPDATE queue SET tickets = tickets + 1 WHERE id = :queue"
QUEUE = "SELECT id, name FROM queue WHERE id = :queue"
RENAME = "UPDATE queue SET name = :name WHERE id = :queue RETURNING id, name"
Number = Annotated[int, Path(ge=1, le=20)]
Key = Annotated[str, Header(min_length=1, max_length=80)]


class Ticket(BaseModel):
    """What a client sends."""

    queue: int = Field(ge=1, le=20)
    subject: str = Field(min_length=1, max_length=40)


class Name(BaseModel):
    """What a client sends."""

    name: str = Field(min_length=1, max_length=40)


def make(*, ends: bool) -> FastAPI:
    engine = thread_engine()
    app, sessions = thread_app(engine, TABLES), scoped_session(sessionmaker(engine))

    @app.get("/queues/{number}")
    def queue(number: Number) -> dict[str, Any]:
        try:
            row = sessions.execute(text(QUEUE), {"queue": number}).mappings().one_or_none()
            sessions.commit()
        finally:
            if ends:
                sessions.remove()
        if row is None:
            raise HTTPException(404)
        return dict(row)

    @app.put("/queues/{number}")
    def rename(number: Number, sent: Name) -> dict[str, Any]:
        try:
            values = {"queue": number, "name": sent.name}
            row = sessions.execute(text(RENAME), values).mappings().one()
            sessions.commit()
        finally:
            if ends:
                sessions.remove()
        return dict(row)

    @app.post("/tickets", status_code=201)
    def add(sent: Ticket, idempotency_key: Key) -> dict[str, Any]:
        values = {"key": idempotency_key, **sent.model_dump()}
        try:
            if sessions.execute(text(OPEN), values).one_or_none() is not None:
                sessions.execute(text(COUNT), values)
            sessions.commit()
        finally:
            if ends:
                sessions.remove()
        return values

    return app


def broken() -> FastAPI:
    return make(ends=False)


def sound() -> FastAPI:
    return make(ends=True)
