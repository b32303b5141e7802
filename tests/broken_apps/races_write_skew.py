"""Write skew: each of two doctors sees the other one on call, and both leave."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from tests.broken_apps.races_support import Refused, race_app

DDL = """CREATE TABLE IF NOT EXISTS doctors (id int PRIMARY KEY, on_call bool);
INSERT INTO doctors VALUES (1, true), (2, true) ON CONFLICT DO NOTHING;"""

MIN_ON_CALL = 2


async def broken_first(pool: Any, key: str) -> dict[str, Any]:
    """Look, then leave."""
    del key
    async with pool.acquire() as held, held.transaction():
        on_call = await held.fetch("SELECT id FROM doctors WHERE on_call")
        if len(on_call) < MIN_ON_CALL:
            raise Refused
        await held.execute("UPDATE doctors SET on_call = false WHERE id = 1")
    return {"left": True}


async def broken_second(pool: Any, key: str) -> dict[str, Any]:
    """Look, then leave."""
    del key
    async with pool.acquire() as held, held.transaction():
        on_call = await held.fetch("SELECT id FROM doctors WHERE on_call")
        if len(on_call) < MIN_ON_CALL:
            raise Refused
        await held.execute("UPDATE doctors SET on_call = false WHERE id = 2")
    return {"left": True}


async def sound_first(pool: Any, key: str) -> dict[str, Any]:
    """Lock both rows, look, then leave."""
    del key
    async with pool.acquire() as held, held.transaction():
        on_call = await held.fetch("SELECT id FROM doctors WHERE on_call ORDER BY id FOR UPDATE")
        if len(on_call) < MIN_ON_CALL:
            raise Refused
        await held.execute("UPDATE doctors SET on_call = false WHERE id = 1")
    return {"left": True}


async def sound_second(pool: Any, key: str) -> dict[str, Any]:
    """Lock both rows, look, then leave."""
    del key
    async with pool.acquire() as held, held.transaction():
        on_call = await held.fetch("SELECT id FROM doctors WHERE on_call ORDER BY id FOR UPDATE")
        if len(on_call) < MIN_ON_CALL:
            raise Refused
        await held.execute("UPDATE doctors SET on_call = false WHERE id = 2")
    return {"left": True}


def create_app() -> FastAPI:
    """With the race."""
    return race_app(DDL, {"leave-first": broken_first, "leave-second": broken_second})


def create_sound_app() -> FastAPI:
    """The same without it."""
    return race_app(DDL, {"leave-first": sound_first, "leave-second": sound_second})
