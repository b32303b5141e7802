"""A shop whose requests use asyncpg, and one report that uses psycopg2.

Broken: the report waits for its driver on the event loop. Sound: in a thread.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Header, Path
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field
from sqlalchemy import text

from tests.pairs.bases import async_app, async_engine, thread_engine

TABLES = (
    "CREATE TABLE IF NOT EXISTS branch (id int PRIMARY KEY, name text NOT NULL)",
    "CREATE TABLE IF NOT EXISTS visit (key text PRIMARY KEY, branch_id int, minutes int NOT NULL)",
    "CREATE INDEX IF NOT EXISTS visit_branch ON visit (branch_id)",
    """INSERT INTO branch SELECT n, 'branch ' || n FROM generate_series(1, 20) n
    ON CONFLICT DO NOTHING""",
)
BRANCH = text("SELECT id, name FROM branch WHERE id = :id")
VISIT = text("INSERT INTO visit VALUES (:key, :branch, :minutes) ON CONFLICT DO NOTHING")
REPORT = text("SELECT count(*) >= 0 FROM visit WHERE branch_id = :id")
Number = Annotated[int, Path(ge=1, le=20)]
Key = Annotated[str, Header(min_length=1, max_length=80)]


class Visit(BaseModel):
    """What a client sends."""

    branch: int = Field(ge=1, le=20)
    minutes: int = Field(ge=1, le=600)


def make(*, blocks: bool) -> FastAPI:
    engine, reports = async_engine(), thread_engine()
    app = async_app(engine, TABLES)

    def count(number: int) -> bool:
        with reports.begin() as connection:
            return bool(connection.execute(REPORT, {"id": number}).scalar_one())

    @app.get("/branches/{number}")
    async def branch(number: Number) -> dict[str, Any]:
        async with engine.begin() as connection:
            return dict((await connection.execute(BRANCH, {"id": number})).mappings().one())

    @app.post("/visits", status_code=201)
    async def visit(sent: Visit, idempotency_key: Key) -> dict[str, Any]:
        values = {"key": idempotency_key, **sent.model_dump()}
        async with engine.begin() as connection:
            await connection.execute(VISIT, values)
        return values

    @app.get("/branches/{number}/report")
    async def report(number: Number) -> dict[str, Any]:
        seen = count(number) if blocks else await run_in_threadpool(count, number)
        return {"id": number, "known": seen}

    @app.get("/units/{minutes}")
    async def hours(minutes: Annotated[int, Path(ge=1, le=600)]) -> dict[str, float]:
        return {"minutes": minutes, "hours": round(minutes / 60, 2)}

    return app


def broken() -> FastAPI:
    return make(blocks=True)


def sound() -> FastAPI:
    return make(blocks=False)
