"""Carts: a total in one table, and lines in another; each new line changes both.

Broken: they are read by two statements of their own. Sound: by one.
"""

from __future__ import annotations

import json
from typing import Annotated, Any

import asyncpg
from fastapi import FastAPI, Path
from pydantic import BaseModel, Field

from tests.pairs.shop import make_app, with_tables

TABLES = (
    "CREATE TABLE IF NOT EXISTS carts (id int PRIMARY KEY, total int NOT NULL);"
    "CREATE TABLE IF NOT EXISTS cart_lines (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " cart int NOT NULL REFERENCES carts, cents int NOT NULL);"
    "INSERT INTO carts SELECT n, 0 FROM generate_series(1, 10) n ON CONFLICT DO NOTHING"
)
TOTAL = "SELECT total FROM carts WHERE id = $1"
LINES = "SELECT cents FROM cart_lines WHERE cart = $1 ORDER BY id"
BOTH = (
    "SELECT total, coalesce((SELECT json_agg(json_build_object('cents', cents) ORDER BY l.id)"
    " FROM cart_lines l WHERE cart = c.id), '[]') FROM carts c WHERE c.id = $1"
)
COUNT = "UPDATE carts SET total = total + $1 WHERE id = $2"
ADD = "INSERT INTO cart_lines (cart, cents) VALUES ($1, $2) RETURNING id"
Number = Annotated[int, Path(ge=1, le=10)]


class Line(BaseModel):
    """What a client sends."""

    cents: int = Field(ge=1, le=5000)


async def in_two(held: asyncpg.Connection, number: int) -> tuple[int, list[dict[str, int]]]:
    total: int = await held.fetchval(TOTAL, number)
    return total, [dict(row) for row in await held.fetch(LINES, number)]


async def in_one(held: asyncpg.Connection, number: int) -> tuple[int, list[dict[str, int]]]:
    row = await held.fetchrow(BOTH, number)
    return row[0], json.loads(row[1])


def make(*, at_once: bool) -> FastAPI:
    app = make_app(with_tables(TABLES), places=10)

    @app.get("/carts/{number}")
    async def read(number: Number) -> dict[str, Any]:
        async with app.state.pool.acquire(timeout=1) as held:
            total, lines = await (in_one if at_once else in_two)(held, number)
        return {"id": number, "total": total, "lines": lines}

    @app.post("/carts/{number}/lines", status_code=201)
    async def add(number: Number, sent: Line) -> dict[str, int]:
        async with app.state.pool.acquire(timeout=1) as held, held.transaction():
            await held.execute(COUNT, sent.cents, number)
            line: int = await held.fetchval(ADD, number, sent.cents)
        return {"id": line, "cents": sent.cents}

    return app


def broken() -> FastAPI:
    return make(at_once=False)


def sound() -> FastAPI:
    return make(at_once=True)
