"""Requests for one item share a query. Broken: an error leaves the entry of that item behind, and
all later requests for it wait in vain. Sound: the entry goes in any case.
"""

from __future__ import annotations

import asyncio

from fastapi import FastAPI

from tests.pairs.shop import make_app


def make(*, always: bool) -> FastAPI:
    app = make_app()
    running: dict[int, asyncio.Event] = {}

    @app.get("/shared/{item_id}")
    async def shared(item_id: int) -> dict[str, int]:
        if item_id in running:
            async with asyncio.timeout(0.5):
                await running[item_id].wait()
        done = running[item_id] = asyncio.Event()
        try:
            stock = await app.state.pool.fetchval("SELECT stock FROM items WHERE id = $1", item_id)
        except Exception:
            if always:
                del running[item_id]
                done.set()
            raise
        del running[item_id]
        done.set()
        return {"id": item_id, "stock": stock}

    return app


def broken() -> FastAPI:
    return make(always=False)


def sound() -> FastAPI:
    return make(always=True)
