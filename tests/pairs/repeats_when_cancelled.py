"""Routes of buses behind asyncpg's pool; a request has a time-out, and its statement is repeated.

Broken: the repeat catches ``CancelledError``, too, by which the time-out ends it, and the next
attempt has no limit. Sound: it catches errors of the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import asyncpg
from fastapi import FastAPI, HTTPException, Path
from pydantic import BaseModel, Field

from tests.pairs.ninth_parts import BARE, refuse
from tests.pairs.shop import AWAY, keep_as_it_is

TABLES = """
    CREATE TABLE IF NOT EXISTS routes (id int PRIMARY KEY, goal text NOT NULL);
    INSERT INTO routes SELECT n, 'goal ' || n FROM generate_series(1, 40) n
        ON CONFLICT DO NOTHING"""
READ = "SELECT goal FROM routes WHERE id = $1"
CHANGE = "UPDATE routes SET goal = $2 WHERE id = $1 RETURNING goal"
LIMIT_SECONDS = 1.2
ATTEMPTS = 3
LOST = (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError)
Number = Annotated[int, Path(ge=1, le=40)]


class Goal(BaseModel):
    """What a client sends."""

    goal: str = Field(min_length=1, max_length=40)


async def ask_once(pool: Any, sql: str, *values: object) -> Any:
    """The first value; a connection whose statement was left is ended."""
    async with pool.acquire() as held:
        try:
            return await held.fetchval(sql, *values)
        except BaseException:
            held.terminate()
            raise


def make(passing: tuple[type[BaseException], ...]) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(
            BARE, min_size=10, max_size=10, timeout=1, reset=keep_as_it_is
        ) as app.state.pool:
            await app.state.pool.execute(TABLES)
            yield
            app.state.pool.terminate()

    app = FastAPI(lifespan=lifespan)
    refuse(app, *AWAY)

    async def ask(sql: str, *values: object) -> Any:
        async with asyncio.timeout(LIMIT_SECONDS):
            for _ in range(ATTEMPTS - 1):
                try:
                    return await ask_once(app.state.pool, sql, *values)
                except passing:
                    await asyncio.sleep(0.05)
            return await ask_once(app.state.pool, sql, *values)

    @app.get("/routes/{number}")
    async def read(number: Number) -> dict[str, Any]:
        goal = await ask(READ, number)
        if goal is None:
            raise HTTPException(404)
        return {"id": number, "goal": goal}

    @app.put("/routes/{number}")
    async def change(number: Number, sent: Goal) -> dict[str, Any]:
        return {"id": number, "goal": await ask(CHANGE, number, sent.goal)}

    return app


def broken() -> FastAPI:
    return make((*LOST, asyncio.CancelledError))


def sound() -> FastAPI:
    return make(LOST)
