"""Oversell: the last piece is sold twice, because the stock is read before it is taken."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from tests.broken_apps.races_support import Refused, race_app

DDL = """CREATE TABLE IF NOT EXISTS stock (id int PRIMARY KEY, left_over int);
CREATE TABLE IF NOT EXISTS sales (id serial PRIMARY KEY, item int);
INSERT INTO stock VALUES (1, 1) ON CONFLICT DO NOTHING;"""


async def broken(pool: Any, key: str) -> dict[str, Any]:
    """Look, sell, take."""
    del key
    async with pool.acquire() as held, held.transaction():
        if await held.fetchval("SELECT left_over FROM stock WHERE id = 1") < 1:
            raise Refused
        await held.execute("INSERT INTO sales (item) VALUES (1)")
        await held.execute("UPDATE stock SET left_over = left_over - 1 WHERE id = 1")
    return {"sold": 1}


async def sound(pool: Any, key: str) -> dict[str, Any]:
    """Lock the row, look, sell, take."""
    del key
    async with pool.acquire() as held, held.transaction():
        left = await held.fetchval("SELECT left_over FROM stock WHERE id = 1 FOR UPDATE")
        if left < 1:
            raise Refused
        await held.execute("INSERT INTO sales (item) VALUES (1)")
        await held.execute("UPDATE stock SET left_over = left_over - 1 WHERE id = 1")
    return {"sold": 1}


def create_app() -> FastAPI:
    """With the race."""
    return race_app(DDL, {"buy": broken})


def create_sound_app() -> FastAPI:
    """The same without it."""
    return race_app(DDL, {"buy": sound})
