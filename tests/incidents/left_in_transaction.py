"""An error leaves BEGIN without an end, on a session that goes back. Sound: ROLLBACK.

The pool does not reset what comes back, "because everything is in autocommit".
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.incidents.orm_shop import READ, make_app, make_engine


async def ended(session: AsyncConnection) -> None:
    if not session.closed and not session.invalidated:
        await session.exec_driver_sql("ROLLBACK")


def make(*, end: bool) -> FastAPI:
    engine = make_engine(isolation_level="AUTOCOMMIT", pool_reset_on_return=None)
    app = make_app(engine)

    @app.get("/items/{item_id}")
    async def read(item_id: int) -> dict[str, int]:
        async with engine.connect() as session:
            stock = (await session.execute(READ, {"id": item_id})).scalar_one()
        return {"id": item_id, "stock": stock}

    @app.get("/items/{item_id}/checked")
    async def checked(item_id: int) -> dict[str, int]:
        async with engine.connect() as session:
            await session.exec_driver_sql("BEGIN")
            try:
                stock = (await session.execute(READ, {"id": item_id})).scalar_one()
            except DBAPIError:
                if end:
                    await ended(session)
                raise
            await session.exec_driver_sql("COMMIT")
            return {"id": item_id, "stock": stock}

    return app


def broken() -> FastAPI:
    return make(end=False)


def sound() -> FastAPI:
    return make(end=True)
