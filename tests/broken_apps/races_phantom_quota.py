"""A phantom in a quota check: rows are counted, and another one appears."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from tests.broken_apps.races_support import Refused, race_app

DDL = """CREATE TABLE IF NOT EXISTS owners (id int PRIMARY KEY);
CREATE TABLE IF NOT EXISTS files (id serial PRIMARY KEY, owner int);
INSERT INTO owners VALUES (1) ON CONFLICT DO NOTHING;"""

QUOTA = 1


async def broken(pool: Any, key: str) -> dict[str, Any]:
    """Count, then insert."""
    del key
    async with pool.acquire() as held, held.transaction():
        if await held.fetchval("SELECT count(*) FROM files WHERE owner = 1") >= QUOTA:
            raise Refused
        await held.execute("INSERT INTO files (owner) VALUES (1)")
    return {"stored": 1}


async def sound(pool: Any, key: str) -> dict[str, Any]:
    """Lock the owner, count, then insert."""
    del key
    async with pool.acquire() as held, held.transaction():
        await held.fetchval("SELECT id FROM owners WHERE id = 1 FOR UPDATE")
        if await held.fetchval("SELECT count(*) FROM files WHERE owner = 1") >= QUOTA:
            raise Refused
        await held.execute("INSERT INTO files (owner) VALUES (1)")
    return {"stored": 1}


def create_app() -> FastAPI:
    """With the race."""
    return race_app(DDL, {"store": broken})


def create_sound_app() -> FastAPI:
    """The same without it."""
    return race_app(DDL, {"store": sound})
