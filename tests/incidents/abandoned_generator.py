"""A dependency drives a generator by hand, and nobody closes it. Sound: it is closed.

``async for`` over the generator, left by an error, shows nothing: asyncio closes it at once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

from fastapi import Depends, FastAPI, Request
from sqlalchemy.ext.asyncio import AsyncSession

from tests.incidents.orm_shop import READ, make_app, make_engine


async def session_of(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions() as session:
        yield session


async def abandoning(request: Request) -> AsyncSession:
    return await anext(session_of(request))


async def closing(request: Request) -> AsyncIterator[AsyncSession]:
    async with aclosing(session_of(request)) as sessions:  # type: ignore[type-var] # a generator
        yield await anext(sessions)


def make(*, careful: bool) -> FastAPI:
    app = make_app(make_engine())
    own = Depends(closing if careful else abandoning)

    @app.get("/items/{item_id}")
    async def read(
        item_id: int,
        session: AsyncSession = own,
    ) -> dict[str, int]:
        stock = (await session.execute(READ, {"id": item_id})).scalar_one()
        return {"id": item_id, "stock": stock}

    return app


def broken() -> FastAPI:
    return make(careful=False)


def sound() -> FastAPI:
    return make(careful=True)
