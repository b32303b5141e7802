"""Orders are shipped by a task of the app that looks for new ones in their table.

Broken: an error ends the task, and nobody looks at it. Sound: the next round tries again.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel, Field
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from tests.pairs.bases import add_to_lifespan, async_app, async_engine
from tests.pairs.shop import AWAY

PAUSE_SECONDS = 0.1
TABLES = (
    """CREATE TABLE IF NOT EXISTS parcel_order (
        id uuid PRIMARY KEY, key text UNIQUE, item int, shipped_at timestamptz)""",
)
Key = Annotated[str, Header(min_length=1, max_length=80)]


class Base(DeclarativeBase):
    """Of this app's models."""


class ParcelOrder(Base):
    """An order, shipped or not."""

    __tablename__ = "parcel_order"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    key: Mapped[str]
    item: Mapped[int]
    shipped_at: Mapped[datetime | None]


class Wanted(BaseModel):
    """What a client sends."""

    item: int = Field(ge=1, le=1000)


async def ship(engine: AsyncEngine, caught: tuple[type[Exception], ...]) -> None:
    """Round after round, for ever."""
    while True:
        await asyncio.sleep(PAUSE_SECONDS)
        try:
            async with AsyncSession(engine) as session, session.begin():
                new = update(ParcelOrder).where(ParcelOrder.shipped_at.is_(None))
                await session.execute(new.values(shipped_at=func.now()))
        except caught:
            logging.getLogger(__name__).warning("shipped in the next round")


def make(caught: tuple[type[Exception], ...]) -> FastAPI:
    engine = async_engine()
    app = async_app(engine, TABLES)

    @asynccontextmanager
    async def shipping() -> AsyncIterator[None]:
        task = asyncio.create_task(ship(engine, caught))
        yield
        task.cancel()
        with suppress(asyncio.CancelledError, *AWAY, SQLAlchemyError):
            await task

    add_to_lifespan(app, shipping)

    @app.post("/orders", status_code=201)
    async def order(sent: Wanted, idempotency_key: Key) -> dict[str, Any]:
        values = {"id": uuid.uuid4(), "key": idempotency_key, "item": sent.item}
        async with AsyncSession(engine) as session, session.begin():
            add = insert(ParcelOrder).values(**values).on_conflict_do_nothing()
            await session.execute(add)
            mine = select(ParcelOrder).where(ParcelOrder.key == idempotency_key)
            found = (await session.scalars(mine)).one()
            return {"id": str(found.id), "item": found.item}

    @app.get("/orders/{number}")
    async def read(number: uuid.UUID) -> dict[str, Any]:
        async with AsyncSession(engine) as session, session.begin():
            found = await session.get(ParcelOrder, number)
            if found is None:
                raise HTTPException(404)
            return {"id": str(found.id), "item": found.item}

    return app


def broken() -> FastAPI:
    return make(())


def sound() -> FastAPI:
    return make((*AWAY, SQLAlchemyError))
