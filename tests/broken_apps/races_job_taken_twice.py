"""A job is taken twice: two workers see the same one as new."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from tests.broken_apps.races_support import race_app

DDL = """CREATE TABLE IF NOT EXISTS jobs (id int PRIMARY KEY, state text);
INSERT INTO jobs VALUES (1, 'new'), (2, 'new'), (3, 'new') ON CONFLICT DO NOTHING;"""


async def broken(pool: Any, key: str) -> dict[str, Any]:
    """Look for a job, then take it."""
    del key
    async with pool.acquire() as held, held.transaction():
        job = await held.fetchval("SELECT id FROM jobs WHERE state = 'new' ORDER BY id LIMIT 1")
        await held.execute("UPDATE jobs SET state = 'taken' WHERE id = $1", job)
    return {"job": job}


async def sound(pool: Any, key: str) -> dict[str, Any]:
    """Lock the job while looking, and skip locked ones."""
    del key
    async with pool.acquire() as held, held.transaction():
        job = await held.fetchval(
            "SELECT id FROM jobs WHERE state = 'new' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"
        )
        await held.execute("UPDATE jobs SET state = 'taken' WHERE id = $1", job)
    return {"job": job}


def create_app() -> FastAPI:
    """With the race."""
    return race_app(DDL, {"take": broken})


def create_sound_app() -> FastAPI:
    """The same without it."""
    return race_app(DDL, {"take": sound})
