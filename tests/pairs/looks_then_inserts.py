"""A key is looked up, and inserted if it was not there; nothing else keeps it unique."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel, Field

from tests.pairs.fourteenth_parts import pool, refuse

TABLE = """
CREATE TABLE IF NOT EXISTS payments (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL {unique}, amount int NOT NULL)"""
FIND = "SELECT id, amount FROM payments WHERE key = %s ORDER BY id LIMIT 1"
ADD = "INSERT INTO payments (key, amount) VALUES (%s, %s) {conflict} RETURNING id, amount"


class Wanted(BaseModel):
    amount: int = Field(ge=1, le=1000)


class Payment(BaseModel):
    id: int
    amount: int


def make(*, unique: str, conflict: str) -> FastAPI:
    database = pool()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await database.open(wait=True)
        async with database.connection() as connection:
            await connection.execute(TABLE.format(unique=unique))
        yield
        await database.close()

    app = FastAPI(lifespan=lifespan)
    refuse(app)

    @app.post("/payments", status_code=201)
    async def pay(
        wanted: Wanted,
        idempotency_key: Annotated[
            str, Header(min_length=1, max_length=100, pattern="^[A-Za-z0-9_-]+$")
        ],
    ) -> Payment:
        async with database.connection() as connection:
            row = await (await connection.execute(FIND, (idempotency_key,))).fetchone()
            if row is None:
                values = (idempotency_key, wanted.amount)
                made = await connection.execute(ADD.format(conflict=conflict), values)
                row = await made.fetchone()
            if row is None:
                row = await (await connection.execute(FIND, (idempotency_key,))).fetchone()
        if row is None:
            raise HTTPException(500)
        if row[1] != wanted.amount:
            raise HTTPException(422)
        return Payment(id=row[0], amount=row[1])

    @app.get("/payments/{number}")
    async def read(number: int) -> Payment:
        async with database.connection() as connection:
            found = await connection.execute(
                "SELECT id, amount FROM payments WHERE id = %s", (number,)
            )
            row = await found.fetchone()
        if row is None:
            raise HTTPException(404)
        return Payment(id=row[0], amount=row[1])

    return app


def broken() -> FastAPI:
    return make(unique="", conflict="")


def sound() -> FastAPI:
    return make(unique="UNIQUE", conflict="ON CONFLICT (key) DO NOTHING")
