"""A stale copy is written back: the summary is computed apart from the entry."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from tests.broken_apps.races_support import race_app

DDL = """CREATE TABLE IF NOT EXISTS entries (id serial PRIMARY KEY, amount int);
CREATE TABLE IF NOT EXISTS summary (id int PRIMARY KEY, total int);
INSERT INTO summary VALUES (1, 0) ON CONFLICT DO NOTHING;"""


async def broken(pool: Any, key: str) -> dict[str, Any]:
    """Add the entry, sum up, write the sum."""
    del key
    await pool.execute("INSERT INTO entries (amount) VALUES (1)")
    total = await pool.fetchval("SELECT sum(amount) FROM entries")
    await pool.execute("UPDATE summary SET total = $1 WHERE id = 1", total)
    return {"added": 1}


async def sound(pool: Any, key: str) -> dict[str, Any]:
    """Add the entry and its amount in one transaction."""
    del key
    async with pool.acquire() as held, held.transaction():
        await held.execute("INSERT INTO entries (amount) VALUES (1)")
        await held.execute("UPDATE summary SET total = total + 1 WHERE id = 1")
    return {"added": 1}


def create_app() -> FastAPI:
    """With the race."""
    return race_app(DDL, {"add": broken})


def create_sound_app() -> FastAPI:
    """The same without it."""
    return race_app(DDL, {"add": sound})
