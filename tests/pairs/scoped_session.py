"""A session for each thread. Broken: nothing ends it. Sound: it is removed after each request."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException
from sqlalchemy import text
from sqlalchemy.orm import scoped_session, sessionmaker

from tests.pairs.bases import COUNT, NOTE, SHELF, Number, thread_app, thread_engine


def make(*, ends: bool) -> FastAPI:
    engine = thread_engine()
    app, sessions = thread_app(engine), scoped_session(sessionmaker(engine))

    @app.get("/shelves/{number}")
    def shelf(number: Number) -> dict[str, Any]:
        try:
            row = sessions.execute(text(f"{SHELF} :id"), {"id": number}).mappings().one_or_none()
            sessions.commit()
        finally:
            if ends:
                sessions.remove()
        if row is None:
            raise HTTPException(404)
        return dict(row)

    @app.post("/shelves/{number}/notes", status_code=201)
    def add(number: Number, idempotency_key: Annotated[str, Header()]) -> dict[str, Any]:
        values = {"key": idempotency_key, "id": number}
        try:
            if sessions.execute(text(NOTE), values).rowcount:  # type: ignore[attr-defined]
                sessions.execute(text(COUNT), values)
            sessions.commit()
        finally:
            if ends:
                sessions.remove()
        return {"key": idempotency_key, "shelf": number}

    return app


def broken() -> FastAPI:
    return make(ends=False)


def sound() -> FastAPI:
    return make(ends=True)
