"""An advisory lock around a statement that may fail.

Broken: the session holds it. Sound: the transaction does.
"""

from __future__ import annotations

from fastapi import FastAPI

from tests.pairs.shop import make_app


def make(lock: str, unlock: str) -> FastAPI:
    app = make_app(reset=False)

    @app.get("/items/{item_id}/reindex")
    async def reindex(item_id: int) -> dict[str, int]:
        async with app.state.pool.acquire() as connection, connection.transaction():
            await connection.fetchval(lock, item_id)
            await connection.execute("UPDATE items SET stock = stock WHERE id = $1", item_id)
            if unlock:
                await connection.fetchval(unlock, item_id)
        return {"id": item_id}

    return app


def broken() -> FastAPI:
    return make("SELECT pg_advisory_lock($1)", "SELECT pg_advisory_unlock($1)")


def sound() -> FastAPI:
    return make("SELECT pg_advisory_xact_lock($1)", "")
