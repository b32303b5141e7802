"""A write in autocommit is sent again when its connection is lost. Broken: as it was. Sound: with
an identity that the database knows.
"""

from __future__ import annotations

import uuid

import asyncpg
from fastapi import FastAPI

from tests.pairs.shop import make_app, with_tables

TABLE = "CREATE TABLE IF NOT EXISTS payment (id serial PRIMARY KEY, attempt uuid UNIQUE, memo text)"
PAY = (
    "INSERT INTO payment (attempt, memo) VALUES ($1, $2)"
    " ON CONFLICT (attempt) DO UPDATE SET memo = excluded.memo RETURNING id"
)
LOST = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError)


def make(*, known: bool) -> FastAPI:
    app = make_app(with_tables(TABLE))

    @app.post("/payments/{memo}", status_code=201)
    async def pay(memo: str) -> dict[str, int]:
        attempt = uuid.uuid4()
        for left in (2, 1, 0):
            try:
                async with app.state.pool.acquire() as connection:
                    number = await connection.fetchval(
                        PAY, attempt if known else uuid.uuid4(), memo
                    )
                    return {"id": number}
            except LOST:
                if not left:
                    raise
        raise AssertionError

    return app


def broken() -> FastAPI:
    return make(known=False)


def sound() -> FastAPI:
    return make(known=True)
