"""Lost update: the new value is computed from what was read before."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from tests.broken_apps.races_support import race_app

DDL = """CREATE TABLE IF NOT EXISTS items (id int PRIMARY KEY, stock int);
INSERT INTO items VALUES (1, 100) ON CONFLICT DO NOTHING;"""


async def broken(pool: Any, key: str) -> dict[str, Any]:
    """Read, subtract, write."""
    del key
    async with pool.acquire() as held, held.transaction():
        stock = await held.fetchval("SELECT stock FROM items WHERE id = 1")
        await held.execute("UPDATE items SET stock = $1 WHERE id = 1", stock - 1)
    return {"sold": 1}


async def sound(pool: Any, key: str) -> dict[str, Any]:
    """The server subtracts."""
    del key
    async with pool.acquire() as held, held.transaction():
        await held.execute("UPDATE items SET stock = stock - 1 WHERE id = 1")
    return {"sold": 1}


def create_app() -> FastAPI:
    """With the race."""
    return race_app(DDL, {"sell": broken})


def create_sound_app() -> FastAPI:
    """The same without it."""
    return race_app(DDL, {"sell": sound})
