"""Invoices with lines, by the library databases, which gives each task a connection of its own.

Broken: the lines are written by tasks of ``gather``, outside of the invoice's transaction.
Sound: one after another, inside of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import asyncpg
from databases import Database
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from tests.pairs.ninth_parts import BARE, LIMIT, refuse

TABLES = (
    (
        "CREATE TABLE IF NOT EXISTS invoices (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
        " customer text NOT NULL)"
    ),
    "CREATE TABLE IF NOT EXISTS lines (invoice int NOT NULL, cents int NOT NULL)",
)
MAKE = "INSERT INTO invoices (customer) VALUES (:customer) RETURNING id"
ADD = "INSERT INTO lines VALUES (:invoice, :cents)"
READ = "SELECT customer FROM invoices WHERE id = :id"
LINES = "SELECT cents FROM lines WHERE invoice = :id ORDER BY cents"
ERRORS = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)


class Invoice(BaseModel):
    """What a client sends."""

    customer: str = Field(min_length=1, max_length=40)
    cents: Annotated[list[Annotated[int, Field(ge=1, le=9999)]], Field(min_length=2, max_length=3)]


def make(*, in_tasks: bool) -> FastAPI:
    database = Database(BARE, min_size=15, max_size=15, command_timeout=LIMIT, timeout=LIMIT)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await database.connect()
        for statement in TABLES:
            await database.execute(statement)
        yield
        await database.disconnect()

    app = FastAPI(lifespan=lifespan)
    refuse(app, *ERRORS)

    @app.post("/invoices", status_code=201)
    async def bill(sent: Invoice) -> dict[str, Any]:
        async with database.transaction():
            number = await database.execute(MAKE, {"customer": sent.customer})
            adding = (database.execute(ADD, {"invoice": number, "cents": c}) for c in sent.cents)
            if in_tasks:
                await asyncio.gather(*adding)
            else:
                for add in adding:
                    await add
        return {"id": number, "customer": sent.customer, "cents": sorted(sent.cents)}

    @app.get("/invoices/{number}")
    async def read(number: int) -> dict[str, Any]:
        row = await database.fetch_one(READ, {"id": number})
        if row is None:
            raise HTTPException(404)
        lines = await database.fetch_all(LINES, {"id": number})
        return {"id": number, "customer": row["customer"], "cents": [one["cents"] for one in lines]}

    @app.get("/invoices")
    async def newest() -> list[int]:
        rows = await database.fetch_all("SELECT id FROM invoices ORDER BY id DESC LIMIT 10")
        return [row["id"] for row in rows]

    return app


def broken() -> FastAPI:
    return make(in_tasks=True)


def sound() -> FastAPI:
    return make(in_tasks=False)
