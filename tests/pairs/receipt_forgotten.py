"""Each sale has a receipt.

Broken: a task that nobody waits for writes it. Sound: the transaction of the sale does.
"""

from __future__ import annotations

import asyncio
import uuid
from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel, Field
from sqlalchemy import ForeignKey, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from tests.pairs.bases import async_app, async_engine

TABLES = (
    "CREATE TABLE IF NOT EXISTS sale (id uuid PRIMARY KEY, key text UNIQUE, amount int NOT NULL)",
    "CREATE TABLE IF NOT EXISTS receipt (sale_id uuid PRIMARY KEY REFERENCES sale, total int)",
)
Key = Annotated[str, Header(min_length=1, max_length=80)]


class Base(DeclarativeBase):
    """Of this app's models."""


class Sale(Base):
    """What was sold."""

    __tablename__ = "sale"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    key: Mapped[str]
    amount: Mapped[int]


class Receipt(Base):
    """What its buyer gets."""

    __tablename__ = "receipt"

    sale_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("sale.id"), primary_key=True)
    total: Mapped[int]


class Wanted(BaseModel):
    """What a client sends."""

    amount: int = Field(ge=1, le=1000)


def make(*, later: bool) -> FastAPI:
    engine = async_engine()
    app = async_app(engine, TABLES)
    tasks: set[asyncio.Task[None]] = set()

    async def receipt(session: AsyncSession, number: uuid.UUID, amount: int) -> None:
        values = {"sale_id": number, "total": amount}
        await session.execute(insert(Receipt).values(**values).on_conflict_do_nothing())

    async def receipt_later(number: uuid.UUID, amount: int) -> None:
        async with AsyncSession(engine) as session, session.begin():
            await receipt(session, number, amount)

    @app.post("/sales", status_code=201)
    async def sell(sent: Wanted, idempotency_key: Key) -> dict[str, Any]:
        values = {"id": uuid.uuid4(), "key": idempotency_key, "amount": sent.amount}
        async with AsyncSession(engine) as session, session.begin():
            await session.execute(insert(Sale).values(**values).on_conflict_do_nothing())
            mine = select(Sale.id).where(Sale.key == idempotency_key)
            number = (await session.scalars(mine)).one()
            if not later:
                await receipt(session, number, sent.amount)
        if later:
            task = asyncio.create_task(receipt_later(number, sent.amount))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        return {"id": str(number), "amount": sent.amount}

    @app.get("/sales/{number}")
    async def read(number: uuid.UUID) -> dict[str, Any]:
        async with AsyncSession(engine) as session, session.begin():
            found = await session.get(Sale, number)
            if found is None:
                raise HTTPException(404)
            return {"id": str(found.id), "amount": found.amount}

    return app


def broken() -> FastAPI:
    return make(later=True)


def sound() -> FastAPI:
    return make(later=False)
