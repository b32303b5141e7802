"""A name is written to the database and to a cache in the process.

Broken: to the cache first. Sound: to the cache once the database has it.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from typing import Any

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field
from sqlalchemy import text

from tests.pairs.bases import Number, read_shelf, thread_app, thread_engine

RENAME = text("UPDATE shelf SET name = :name WHERE id = :id")
WAIT_SECONDS = 0.7


class Name(BaseModel):
    """What a client sends."""

    name: str = Field(min_length=1, max_length=40)


def make(*, ahead: bool) -> FastAPI:
    engine = thread_engine()
    app = thread_app(engine)
    names: dict[int, str] = {}
    locks: dict[int, threading.Lock] = defaultdict(threading.Lock)

    def store(number: int, name: str) -> None:
        if ahead:
            names[number] = name
        else:
            names.pop(number, None)
        with engine.begin() as connection:
            connection.execute(RENAME, {"id": number, "name": name})
        names[number] = name

    @app.put("/shelves/{number}")
    def rename(number: Number, sent: Name) -> dict[str, Any]:
        if not locks[number].acquire(timeout=WAIT_SECONDS):
            raise HTTPException(503, headers={"Retry-After": "1"})
        try:
            store(number, sent.name)
        finally:
            locks[number].release()
        return {"id": number, "name": sent.name}

    @app.get("/shelves/{number}")
    def shelf(number: Number) -> dict[str, Any]:
        if (name := names.get(number)) is not None:
            return {"id": number, "name": name}
        return read_shelf(engine, number)

    return app


def broken() -> FastAPI:
    return make(ahead=True)


def sound() -> FastAPI:
    return make(ahead=False)
