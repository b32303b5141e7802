"""A dashboard that asks six questions, one after another.

Broken: each has a limit of its own, and what fails is told when all were asked.
Sound: all of them share one limit.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import psycopg
from fastapi import FastAPI, Path
from fastapi.responses import JSONResponse, Response
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from pydantic import BaseModel, Field

from tests.pairs.ninth_parts import BARE, LIMIT, LIMITS, bounded, refuse

TABLES = (
    "CREATE TABLE IF NOT EXISTS figures (team int, kind int, value int NOT NULL,"
    " PRIMARY KEY (team, kind));"
    "INSERT INTO figures SELECT t, k, t * k FROM generate_series(1, 20) t,"
    " generate_series(1, 6) k ON CONFLICT DO NOTHING"
)
READ = "SELECT value FROM figures WHERE team = %s AND kind = %s"
WRITE = "UPDATE figures SET value = %s WHERE team = %s AND kind = %s"
ERRORS = (psycopg.Error, PoolTimeout, OSError, TimeoutError)
Team = Annotated[int, Path(ge=1, le=20)]
Kind = Annotated[int, Path(ge=1, le=6)]


class Figure(BaseModel):
    """What a client sends."""

    value: int = Field(ge=0, le=1000)


def make(*, shares: bool) -> FastAPI:  # noqa: C901
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncConnectionPool(
            BARE, min_size=10, max_size=10, timeout=LIMIT, reconnect_timeout=5,
            kwargs={"autocommit": True, "connect_timeout": 2, "options": LIMITS},
        ) as app.state.pool:  # fmt: skip
            async with app.state.pool.connection() as held:
                await held.execute(TABLES)
            yield

    app = FastAPI(lifespan=lifespan)
    refuse(app, *ERRORS)

    async def figure(team: int, kind: int, seconds: float) -> int:
        async def ask(held: Any) -> int:
            row = await (await held.execute(READ, (team, kind))).fetchone()
            return int(row[0])

        return await bounded(app.state.pool, ask, seconds)

    @app.get("/teams/{team}/dashboard")
    async def dashboard(team: Team) -> Response:
        end = time.monotonic() + LIMIT
        found: dict[str, int] = {}
        failed: list[str] = []
        for kind in range(1, 7):
            left = end - time.monotonic() if shares else LIMIT
            try:
                found[str(kind)] = await figure(team, kind, max(0.01, left))
            except ERRORS:
                failed.append(str(kind))
        if failed:
            problem = {"type": "about:blank", "title": "Service Unavailable", "status": 503,
                       "failed": failed}  # fmt: skip
            return JSONResponse(problem, 503, {"Retry-After": "1"}, "application/problem+json")
        return JSONResponse(found)

    @app.get("/teams/{team}/figures/{kind}")
    async def read(team: Team, kind: Kind) -> dict[str, int]:
        return {"team": team, "kind": kind, "value": await figure(team, kind, LIMIT)}

    @app.put("/teams/{team}/figures/{kind}")
    async def write(team: Team, kind: Kind, sent: Figure) -> dict[str, int]:
        async def ask(held: Any) -> None:
            await held.execute(WRITE, (sent.value, team, kind))

        await bounded(app.state.pool, ask)
        return {"team": team, "kind": kind, "value": sent.value}

    return app


def broken() -> FastAPI:
    return make(shares=False)


def sound() -> FastAPI:
    return make(shares=True)
