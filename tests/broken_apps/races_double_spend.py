"""Double spend: the balance is checked before it is charged, without a lock."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from tests.broken_apps.races_support import Refused, race_app

DDL = """CREATE TABLE IF NOT EXISTS accounts (id int PRIMARY KEY, balance int);
INSERT INTO accounts VALUES (1, 100) ON CONFLICT DO NOTHING;"""

PRICE = 100


async def broken(pool: Any, key: str) -> dict[str, Any]:
    """Check, then charge."""
    del key
    async with pool.acquire() as held, held.transaction():
        balance = await held.fetchval("SELECT balance FROM accounts WHERE id = 1")
        if balance < PRICE:
            raise Refused
        await held.execute("UPDATE accounts SET balance = balance - 100 WHERE id = 1")
    return {"spent": PRICE}


async def sound(pool: Any, key: str) -> dict[str, Any]:
    """Charge where the balance allows it."""
    del key
    async with pool.acquire() as held, held.transaction():
        paid = await held.fetchval(
            "UPDATE accounts SET balance = balance - 100 WHERE id = 1 AND balance >= 100"
            " RETURNING id"
        )
        if paid is None:
            raise Refused
    return {"spent": PRICE}


def create_app() -> FastAPI:
    """With the race."""
    return race_app(DDL, {"spend": broken})


def create_sound_app() -> FastAPI:
    """The same without it."""
    return race_app(DDL, {"spend": sound})
