"""Points go from one wallet to another, with psycopg in autocommit.

Broken: two statements, each committed by itself. Sound: both in one transaction.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Annotated, Any

import psycopg
from fastapi import FastAPI, Header, Path
from pydantic import BaseModel, Field

from tests.pairs.bases import ask, psycopg_app
from tests.sound_apps.notes import _in_time

WALLETS = 20
TABLES = (
    "CREATE TABLE IF NOT EXISTS wallet (id int PRIMARY KEY, points int NOT NULL)",
    "CREATE TABLE IF NOT EXISTS moved (key text PRIMARY KEY)",
    "INSERT INTO wallet SELECT n, 10000 FROM generate_series(1, 20) n ON CONFLICT DO NOTHING",
)
ONCE = "INSERT INTO moved VALUES (%s) ON CONFLICT DO NOTHING RETURNING key"
TAKE = "UPDATE wallet SET points = points - %s WHERE id = %s"
GIVE = "UPDATE wallet SET points = points + %s WHERE id = %s"
Number = Annotated[int, Path(ge=1, le=WALLETS)]
Key = Annotated[str, Header(min_length=1, max_length=80)]
Held = psycopg.AsyncConnection[Any]


class Move(BaseModel):
    """What a client sends."""

    source: int = Field(ge=1, le=WALLETS // 2)
    target: int = Field(ge=WALLETS // 2 + 1, le=WALLETS)
    points: int = Field(ge=1, le=10)


def make(*, whole: bool) -> FastAPI:
    app = psycopg_app(TABLES)

    async def do(held: Held, key: str, sent: Move) -> None:
        unit: AbstractAsyncContextManager[Any] = held.transaction() if whole else nullcontext()
        async with unit:
            if await (await held.execute(ONCE, (key,))).fetchone():
                await held.execute(TAKE, (sent.points, sent.source))
                await held.execute(GIVE, (sent.points, sent.target))

    @app.post("/moves", status_code=201)
    async def move(sent: Move, idempotency_key: Key) -> dict[str, Any]:
        async with app.state.pool.connection() as held:
            await _in_time(held, do(held, idempotency_key, sent))
        return {"key": idempotency_key, **sent.model_dump()}

    @app.get("/wallets/{number}")
    async def wallet(number: Number) -> dict[str, int]:
        row = await ask(app.state.pool, f"SELECT points FROM wallet WHERE id = {number:d}")  # noqa: S608 - a number
        return {"id": number, "points": row[0]}

    return app


def broken() -> FastAPI:
    return make(whole=False)


def sound() -> FastAPI:
    return make(whole=True)
