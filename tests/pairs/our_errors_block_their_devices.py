"""Weights that devices report, by SQLAlchemy on psycopg2 in FastAPI's threads.

A device whose last three reports failed is blocked for a minute. Broken: whoever is to blame.
Sound: reports that were wrong count, and errors of the database do not.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Path
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from tests.pairs.bases import thread_app, thread_engine

TABLES = (
    "CREATE TABLE IF NOT EXISTS devices (id int PRIMARY KEY, name text NOT NULL)",
    """CREATE TABLE IF NOT EXISTS weights (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        device int NOT NULL, grams int NOT NULL)""",
    """INSERT INTO devices SELECT n, 'device ' || n FROM generate_series(1, 8) n
    ON CONFLICT DO NOTHING""",
)
STORE = text("INSERT INTO weights (device, grams) VALUES (:device, :grams) RETURNING id")
READ = text("SELECT name FROM devices WHERE id = :device")
MOST = 3
BLOCKED_SECONDS = 60
Number = Annotated[int, Path(ge=1, le=8)]


class Weight(BaseModel):
    """What a client sends."""

    grams: int = Field(ge=1, le=5000)


class Blocks:
    """Which devices are blocked."""

    def __init__(self, counted: tuple[type[Exception], ...]) -> None:
        self._counted = counted
        self._failed: dict[int, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def refuse(self, device: int) -> None:
        """With 429, when its last reports failed."""
        with self._lock:
            failed, last = self._failed.get(device, (0, 0.0))
        left = last + BLOCKED_SECONDS - time.monotonic()
        if failed >= MOST and left > 0:
            raise HTTPException(429, "Too many failures.", {"Retry-After": str(int(left) + 1)})

    @contextmanager
    def counted(self, device: int) -> Iterator[None]:
        """Whether it fails is counted."""
        try:
            yield
        except self._counted:
            with self._lock:
                failed, _ = self._failed.get(device, (0, 0.0))
                self._failed[device] = (failed + 1, time.monotonic())
            raise
        with self._lock:
            self._failed.pop(device, None)


def make(counted: tuple[type[Exception], ...]) -> FastAPI:
    engine, blocks = thread_engine(), Blocks(counted)
    app = thread_app(engine, TABLES)

    @app.post("/devices/{device}/weights", status_code=201)
    def report(device: Number, sent: Weight) -> dict[str, Any]:
        blocks.refuse(device)
        with blocks.counted(device):
            if sent.grams % 1000 == 999:
                raise HTTPException(422, "No scale shows this.")
            with engine.begin() as held:
                values = {"device": device, "grams": sent.grams}
                made = held.execute(STORE, values).scalar_one()
        return {"id": made, "device": device, "grams": sent.grams}

    @app.get("/devices/{device}")
    def read(device: Number) -> dict[str, Any]:
        with engine.begin() as held:
            name = held.execute(READ, {"device": device}).scalar_one_or_none()
        if name is None:
            raise HTTPException(404)
        return {"id": device, "name": name}

    return app


def broken() -> FastAPI:
    return make((HTTPException, SQLAlchemyError))


def sound() -> FastAPI:
    return make((HTTPException,))
