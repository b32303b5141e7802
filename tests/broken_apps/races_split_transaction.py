"""One transaction split in two: in between, money is gone."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from tests.broken_apps.races_support import race_app

DDL = """CREATE TABLE IF NOT EXISTS accounts (id int PRIMARY KEY, balance int);
INSERT INTO accounts VALUES (1, 100), (2, 100) ON CONFLICT DO NOTHING;"""


async def broken(pool: Any, key: str) -> dict[str, Any]:
    """Two transactions."""
    del key
    await pool.execute("UPDATE accounts SET balance = balance - 1 WHERE id = 1")
    await pool.execute("UPDATE accounts SET balance = balance + 1 WHERE id = 2")
    return {"moved": 1}


async def sound(pool: Any, key: str) -> dict[str, Any]:
    """One transaction."""
    del key
    async with pool.acquire() as held, held.transaction():
        await held.execute("UPDATE accounts SET balance = balance - 1 WHERE id = 1")
        await held.execute("UPDATE accounts SET balance = balance + 1 WHERE id = 2")
    return {"moved": 1}


async def total(pool: Any, key: str) -> dict[str, Any]:
    """All money."""
    del key
    return {"total": await pool.fetchval("SELECT sum(balance) FROM accounts")}


def create_app() -> FastAPI:
    """With the race."""
    return race_app(DDL, {"move": broken, "read-total": total})


def create_sound_app() -> FastAPI:
    """The same without it."""
    return race_app(DDL, {"move": sound, "read-total": total})
