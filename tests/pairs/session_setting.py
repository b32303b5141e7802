"""A read that is repeated in read-only mode after an error.

Broken: the mode is set for the session, and stays. Sound: it is that of one transaction.
"""

from __future__ import annotations

import asyncpg
from fastapi import FastAPI

from tests.pairs.shop import make_app

READ = "SELECT stock FROM items WHERE id = $1"


def broken() -> FastAPI:
    app = make_app(reset=False)

    @app.get("/items/{item_id}/seen")
    async def seen(item_id: int) -> dict[str, int]:
        async with app.state.pool.acquire() as connection:
            try:
                stock = await connection.fetchval(READ, item_id)
            except asyncpg.QueryCanceledError:
                await connection.execute("SET default_transaction_read_only = on")
                stock = await connection.fetchval(READ, item_id)
        return {"id": item_id, "stock": stock}

    return app


def sound() -> FastAPI:
    app = make_app(reset=False)

    @app.get("/items/{item_id}/seen")
    async def seen(item_id: int) -> dict[str, int]:
        async with app.state.pool.acquire() as connection:
            try:
                stock = await connection.fetchval(READ, item_id)
            except asyncpg.QueryCanceledError:
                async with connection.transaction(readonly=True):
                    stock = await connection.fetchval(READ, item_id)
        return {"id": item_id, "stock": stock}

    return app
