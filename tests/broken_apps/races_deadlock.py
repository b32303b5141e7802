"""Deadlock by lock order: transfers in opposite directions lock two rows the other way round."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from tests.broken_apps.races_support import race_app

DDL = """CREATE TABLE IF NOT EXISTS accounts (id int PRIMARY KEY, balance int);
INSERT INTO accounts VALUES (1, 100), (2, 100) ON CONFLICT DO NOTHING;"""


async def broken_there(pool: Any, key: str) -> dict[str, Any]:
    """The payer first."""
    del key
    async with pool.acquire() as held, held.transaction():
        await held.execute("UPDATE accounts SET balance = balance - 1 WHERE id = 1")
        await held.execute("UPDATE accounts SET balance = balance + 1 WHERE id = 2")
    return {"moved": 1}


async def broken_back(pool: Any, key: str) -> dict[str, Any]:
    """The payer first, here too."""
    del key
    async with pool.acquire() as held, held.transaction():
        await held.execute("UPDATE accounts SET balance = balance - 1 WHERE id = 2")
        await held.execute("UPDATE accounts SET balance = balance + 1 WHERE id = 1")
    return {"moved": 1}


async def sound_there(pool: Any, key: str) -> dict[str, Any]:
    """The lower number first."""
    del key
    async with pool.acquire() as held, held.transaction():
        await held.execute("UPDATE accounts SET balance = balance - 1 WHERE id = 1")
        await held.execute("UPDATE accounts SET balance = balance + 1 WHERE id = 2")
    return {"moved": 1}


async def sound_back(pool: Any, key: str) -> dict[str, Any]:
    """The lower number first, here too."""
    del key
    async with pool.acquire() as held, held.transaction():
        await held.execute("UPDATE accounts SET balance = balance + 1 WHERE id = 1")
        await held.execute("UPDATE accounts SET balance = balance - 1 WHERE id = 2")
    return {"moved": 1}


def create_app() -> FastAPI:
    """With the race."""
    return race_app(DDL, {"there": broken_there, "back": broken_back})


def create_sound_app() -> FastAPI:
    """The same without it."""
    return race_app(DDL, {"there": sound_there, "back": sound_back})
