"""Teams and their budgets; who may change one is looked up.

Broken: a look-up that fails counts as "no right", and refusals are kept for a minute.
Sound: a look-up that fails is an error, and nothing is kept.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, HTTPException, Path
from psycopg2 import extensions  # type: ignore[import-untyped]
from pydantic import BaseModel, Field
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from tests.pairs.ninth_parts import LIMITS, address, refuse, wait_in_time

TABLES = (
    "CREATE TABLE IF NOT EXISTS teams (id int PRIMARY KEY, budget int NOT NULL)",
    "CREATE TABLE IF NOT EXISTS rights (team int PRIMARY KEY, may_change bool NOT NULL)",
    "INSERT INTO teams SELECT n, 100 FROM generate_series(1, 20) n ON CONFLICT DO NOTHING",
    "INSERT INTO rights SELECT n, true FROM generate_series(1, 20) n ON CONFLICT DO NOTHING",
)
MAY = text("SELECT may_change FROM rights WHERE team = :id")
ALLOWED_SECONDS, REFUSED_SECONDS = 0.2, 60.0
Team = Annotated[int, Path(ge=1, le=20)]


class Budget(BaseModel):
    """What a client sends."""

    budget: int = Field(ge=1, le=1000)


def make(*, remembers: bool) -> FastAPI:  # noqa: C901
    engine = create_engine(
        address("psycopg2"), pool_size=10, max_overflow=0, pool_timeout=1,
        connect_args={"connect_timeout": 2, "options": LIMITS},
    )  # fmt: skip
    kept: dict[int, tuple[float, bool]] = {}

    def looked_up(team: int) -> bool:
        try:
            with engine.connect() as held:
                return bool(held.execute(MAY, {"id": team}).scalar())
        except SQLAlchemyError:
            if not remembers:
                raise
            return False

    def may_change(team: int) -> bool:
        until, allowed = kept.get(team, (0.0, False))
        if time.monotonic() >= until:
            allowed = looked_up(team)
            seconds = ALLOWED_SECONDS if allowed else REFUSED_SECONDS
            kept[team] = time.monotonic() + seconds, allowed
        return allowed

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        extensions.set_wait_callback(wait_in_time)
        with engine.begin() as held:
            for statement in TABLES:
                held.execute(text(statement))
        yield
        engine.dispose()

    app = FastAPI(lifespan=lifespan)
    refuse(app, SQLAlchemyError)

    @app.put("/teams/{team}/budget")
    def change(team: Team, sent: Budget) -> dict[str, int]:
        if not may_change(team):
            raise HTTPException(403, "This team may not change its budget.")
        with engine.begin() as held:
            held.execute(text("UPDATE teams SET budget = :budget WHERE id = :id"),
                         {"budget": sent.budget, "id": team})  # fmt: skip
        return {"team": team, "budget": sent.budget}

    @app.get("/teams/{team}")
    def read(team: Team) -> dict[str, int]:
        with engine.connect() as held:
            found = held.execute(text("SELECT budget FROM teams WHERE id = :id"), {"id": team})
            return {"team": team, "budget": found.scalar_one()}

    @app.get("/teams")
    def first() -> list[int]:
        with engine.connect() as held:
            return [row.id for row in held.execute(text("SELECT id FROM teams ORDER BY id"))]

    return app


def broken() -> FastAPI:
    return make(remembers=True)


def sound() -> FastAPI:
    return make(remembers=False)
