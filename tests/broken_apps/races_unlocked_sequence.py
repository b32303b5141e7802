"""An unlocked sequence: the next number is the highest one and one more."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from tests.broken_apps.races_support import race_app

DDL = """CREATE TABLE IF NOT EXISTS invoices (id serial PRIMARY KEY, number int);
CREATE TABLE IF NOT EXISTS counters (id int PRIMARY KEY, last int);
INSERT INTO counters VALUES (1, 0) ON CONFLICT DO NOTHING;"""


async def broken(pool: Any, key: str) -> dict[str, Any]:
    """Read the highest number, then insert."""
    del key
    async with pool.acquire() as held, held.transaction():
        last = await held.fetchval("SELECT coalesce(max(number), 0) FROM invoices")
        await held.execute("INSERT INTO invoices (number) VALUES ($1)", last + 1)
    return {"number": last + 1}


async def sound(pool: Any, key: str) -> dict[str, Any]:
    """Count in a row that is locked."""
    del key
    async with pool.acquire() as held, held.transaction():
        number = await held.fetchval(
            "UPDATE counters SET last = last + 1 WHERE id = 1 RETURNING last"
        )
        await held.execute("INSERT INTO invoices (number) VALUES ($1)", number)
    return {"number": number}


def create_app() -> FastAPI:
    """With the race."""
    return race_app(DDL, {"bill": broken})


def create_sound_app() -> FastAPI:
    """The same without it."""
    return race_app(DDL, {"bill": sound})
