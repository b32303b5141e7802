"""Budgets that teams with the right may change; a task loads the rights again and again.

Broken: a load that fails leaves an empty set. Sound: the last rights stay, and before there are
any the app says that it cannot tell.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, HTTPException, Path
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from tests.pairs.ninth_parts import LIMIT, address, refuse
from tests.pairs.shop import running

TABLES = (
    (
        "CREATE TABLE IF NOT EXISTS teams (id int PRIMARY KEY, may_edit boolean NOT NULL,"
        " budget int NOT NULL)"
    ),
    "INSERT INTO teams SELECT n, true, 100 FROM generate_series(1, 20) n ON CONFLICT DO NOTHING",
)
RIGHTS = text("SELECT id FROM teams WHERE may_edit")
Team = Annotated[int, Path(ge=1, le=20)]
log = logging.getLogger("rights")


class Budget(BaseModel):
    """What a client sends."""

    budget: int = Field(ge=0, le=10_000)


def make(*, empties: bool) -> FastAPI:  # noqa: C901
    engine = create_async_engine(
        address("asyncpg"), pool_size=10, max_overflow=0, pool_timeout=LIMIT,
        connect_args={"timeout": LIMIT, "command_timeout": LIMIT},
    )  # fmt: skip
    rights: set[int] | None = None

    async def load() -> None:
        nonlocal rights
        made = False
        while True:
            try:
                async with engine.begin() as held:
                    for statement in () if made else TABLES:
                        await held.execute(text(statement))
                    rights = set((await held.execute(RIGHTS)).scalars())
                made = True
            except (SQLAlchemyError, OSError) as error:
                log.warning("rights: %s", type(error).__name__)
                if empties:
                    rights = set()
            await asyncio.sleep(0.3)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with running(load()):
            await asyncio.sleep(0.3)
            yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)
    refuse(app, SQLAlchemyError, OSError)

    @app.put("/teams/{team}/budget")
    async def change(team: Team, sent: Budget) -> dict[str, int]:
        if rights is None:
            raise TimeoutError
        if team not in rights:
            raise HTTPException(403, "This team may not change its budget.")
        async with engine.begin() as held:
            await held.execute(text("UPDATE teams SET budget = :budget WHERE id = :id"),
                               {"budget": sent.budget, "id": team})  # fmt: skip
        return {"team": team, "budget": sent.budget}

    @app.get("/teams/{team}")
    async def read(team: Team) -> dict[str, int]:
        async with engine.connect() as held:
            found = await held.execute(text("SELECT budget FROM teams WHERE id = :id"),
                                       {"id": team})  # fmt: skip
            return {"team": team, "budget": found.scalar_one()}

    @app.get("/readyz")
    async def readyz() -> dict[str, str]:
        async with asyncio.timeout(LIMIT), engine.connect() as held:
            await held.execute(text("SELECT 1 FROM teams"))
        return {"status": "ready"}

    return app


def broken() -> FastAPI:
    return make(empties=True)


def sound() -> FastAPI:
    return make(empties=False)
