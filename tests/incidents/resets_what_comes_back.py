"""BEGIN without an end, and the pool ends the transaction when the session comes back: asyncpg's
does, and logs it. Sound: ROLLBACK where the error is.
"""

from __future__ import annotations

from fastapi import FastAPI

from tests.pairs.shop import make_app


def make(*, end: bool) -> FastAPI:
    app = make_app()

    @app.get("/items/{item_id}/checked")
    async def checked(item_id: int) -> dict[str, int]:
        query = "SELECT stock FROM items WHERE id = $1"
        async with app.state.pool.acquire() as session:
            await session.execute("BEGIN")
            try:
                stock = await session.fetchval(query, item_id)
            except BaseException:
                if end and not session.is_closed():
                    await session.execute("ROLLBACK")
                raise
            await session.execute("COMMIT")
            return {"id": item_id, "stock": stock}

    return app


def broken() -> FastAPI:
    return make(end=False)


def sound() -> FastAPI:
    return make(end=True)
