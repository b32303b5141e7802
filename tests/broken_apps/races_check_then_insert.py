"""Check, then insert: without a unique index the same name is taken twice."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from tests.broken_apps.races_support import Refused, race_app

DDL = """CREATE TABLE IF NOT EXISTS loose_names (id serial PRIMARY KEY, name text);
CREATE TABLE IF NOT EXISTS names (id serial PRIMARY KEY, name text UNIQUE);"""


async def broken(pool: Any, key: str) -> dict[str, Any]:
    """Look, then insert."""
    del key
    async with pool.acquire() as held, held.transaction():
        if await held.fetchval("SELECT 1 FROM loose_names WHERE name = 'ada'"):
            raise Refused
        await held.execute("INSERT INTO loose_names (name) VALUES ('ada')")
    return {"name": "ada"}


async def sound(pool: Any, key: str) -> dict[str, Any]:
    """The index decides."""
    del key
    async with pool.acquire() as held, held.transaction():
        done = await held.execute("INSERT INTO names (name) VALUES ('ada') ON CONFLICT DO NOTHING")
        if done.endswith(" 0"):
            raise Refused
    return {"name": "ada"}


def create_app() -> FastAPI:
    """With the race."""
    return race_app(DDL, {"register": broken})


def create_sound_app() -> FastAPI:
    """The same without it."""
    return race_app(DDL, {"register": sound})
