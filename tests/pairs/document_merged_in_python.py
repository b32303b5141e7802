"""Machines with their papers in one JSON column, by SQLAlchemy's ORM on asyncpg.

Broken: the column is read, changed in Python and written back as a whole, so that a change of one
key undoes that of another. Sound: the row is locked from the read on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI, Path
from pydantic import BaseModel, Field
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from tests.pairs.ninth_parts import LIMIT, address, create_tables, refuse

TABLES = (
    "CREATE TABLE IF NOT EXISTS machines (id int PRIMARY KEY, papers jsonb NOT NULL)",
    """INSERT INTO machines
    SELECT n, jsonb_build_object('place', 'hall ' || n, 'owner', 'team ' || n)
    FROM generate_series(1, 10) n ON CONFLICT DO NOTHING""",
)
Number = Annotated[int, Path(ge=1, le=10)]


class Base(DeclarativeBase):
    """Of the mapped classes here."""


class Machine(Base):
    """With papers of any kind."""

    __tablename__ = "machines"
    id: Mapped[int] = mapped_column(primary_key=True)
    papers: Mapped[dict[str, str]] = mapped_column(JSONB)


class Place(BaseModel):
    """What a client sends."""

    place: str = Field(min_length=1, max_length=40)


class Owner(BaseModel):
    """What a client sends."""

    owner: str = Field(min_length=1, max_length=40)


def make(*, locks: bool) -> FastAPI:
    server = {"statement_timeout": str(int(LIMIT * 1000)), "lock_timeout": "500"}
    engine = create_async_engine(
        address("asyncpg"), pool_size=10, max_overflow=0, pool_timeout=LIMIT, pool_pre_ping=True,
        connect_args={"timeout": 1, "command_timeout": LIMIT, "server_settings": server},
    )  # fmt: skip
    sessions = async_sessionmaker(engine)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await create_tables(engine, TABLES)
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)
    refuse(app, SQLAlchemyError, OSError, TimeoutError)

    async def merge(number: int, changed: dict[str, str]) -> dict[str, Any]:
        async with sessions.begin() as session:
            machine = await session.get_one(Machine, number, with_for_update=locks or None)
            machine.papers = {**machine.papers, **changed}
        return {"id": number, **changed}

    @app.get("/machines/{number}")
    async def read(number: Number) -> dict[str, Any]:
        async with sessions() as session:
            machine = await session.get_one(Machine, number)
            return {"id": number, **machine.papers}

    @app.put("/machines/{number}/place")
    async def move(number: Number, sent: Place) -> dict[str, Any]:
        return await merge(number, sent.model_dump())

    @app.put("/machines/{number}/owner")
    async def hand_over(number: Number, sent: Owner) -> dict[str, Any]:
        return await merge(number, sent.model_dump())

    return app


def broken() -> FastAPI:
    return make(locks=False)


def sound() -> FastAPI:
    return make(locks=True)
