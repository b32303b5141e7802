"""A limit on simultaneous reads. Broken: a rare error path keeps its permit. Sound: none does."""

from __future__ import annotations

import asyncio

import asyncpg
from fastapi import FastAPI, HTTPException

from tests.pairs.shop import make_app

PERMITS = 5
SLOW = {"Retry-After": "1"}


def make(*, keeps: int) -> FastAPI:
    """``keeps``: permits that failed statements may keep; the app still serves with the others."""
    app = make_app()
    permits = asyncio.Semaphore(PERMITS)
    kept: list[int] = []

    @app.get("/shelves/{item_id}")
    async def shelf(item_id: int) -> dict[str, int]:
        try:
            async with asyncio.timeout(0.5):
                await permits.acquire()
        except TimeoutError:
            raise HTTPException(503, "busy", headers=SLOW) from None
        release = True
        try:
            stock = await app.state.pool.fetchval("SELECT stock FROM items WHERE id = $1", item_id)
        except asyncpg.PostgresError:
            release = len(kept) >= keeps
            kept.append(item_id)
            raise
        finally:
            if release:
                permits.release()
        return {"id": item_id, "stock": stock}

    return app


def broken() -> FastAPI:
    return make(keeps=2)


def sound() -> FastAPI:
    return make(keeps=0)
