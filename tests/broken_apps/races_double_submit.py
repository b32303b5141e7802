"""Double submit: the same key twice at once makes two orders."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from tests.broken_apps.races_support import race_app

DDL = """CREATE TABLE IF NOT EXISTS orders (id serial PRIMARY KEY, key text);
CREATE TABLE IF NOT EXISTS keys (key text PRIMARY KEY, order_id int);"""


async def broken(pool: Any, key: str) -> dict[str, Any]:
    """Look for the key, then insert."""
    async with pool.acquire() as held, held.transaction():
        found = await held.fetchval("SELECT id FROM orders WHERE key = $1", key)
        if found is None:
            await held.execute("INSERT INTO orders (key) VALUES ($1)", key)
    return {"placed": True}


async def sound(pool: Any, key: str) -> dict[str, Any]:
    """Claim the key first; its unique index decides."""
    async with pool.acquire() as held, held.transaction():
        claimed = await held.fetchval(
            "INSERT INTO keys VALUES ($1, 0) ON CONFLICT DO NOTHING RETURNING key", key
        )
        if claimed is not None:
            await held.execute("INSERT INTO orders (key) VALUES ($1)", key)
    return {"placed": True}


def create_app() -> FastAPI:
    """With the race."""
    return race_app(DDL, {"submit": broken})


def create_sound_app() -> FastAPI:
    """The same without it."""
    return race_app(DDL, {"submit": sound})
