"""An engine without time-outs waits for a dead socket, pre-ping or not. Sound: it has them."""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine

from tests.incidents.orm_shop import READ, URL, make_app, make_engine


def make(*, bounded: bool) -> FastAPI:
    engine = make_engine(pool_pre_ping=True)
    if not bounded:
        engine = create_async_engine(
            URL, pool_size=10, max_overflow=0, pool_timeout=1, pool_pre_ping=True
        )
    app = make_app(engine)

    @app.get("/items/{item_id}")
    async def read(item_id: int) -> dict[str, int]:
        async with app.state.sessions() as session:
            stock = (await session.execute(READ, {"id": item_id})).scalar_one()
            return {"id": item_id, "stock": stock}

    return app


def broken() -> FastAPI:
    return make(bounded=False)


def sound() -> FastAPI:
    return make(bounded=True)
