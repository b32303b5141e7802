"""The unit that inserts is repeated on OperationalError, also after its COMMIT was sent."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from tests.pairs.fourteenth_parts import engine, refuse

ATTEMPTS = 3


class Base(DeclarativeBase):
    pass


class Payment(Base):
    __tablename__ = "payments"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    amount: Mapped[int]


class Wanted(BaseModel):
    amount: int = Field(ge=1, le=1000)


class Shown(BaseModel):
    id: uuid.UUID
    amount: int


def repeated(work: Callable[[], Shown]) -> Shown:
    for _ in range(ATTEMPTS - 1):
        try:
            return work()
        except OperationalError:
            continue
    return work()


def make(*, one_number: bool) -> FastAPI:
    database = engine()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        Base.metadata.create_all(database)
        yield
        database.dispose()

    app = FastAPI(lifespan=lifespan)
    refuse(app)

    @app.post("/payments", status_code=201)
    def pay(wanted: Wanted) -> Shown:
        number = uuid.uuid4() if one_number else None

        def work() -> Shown:
            chosen = number or uuid.uuid4()
            with Session(database) as session, session.begin():
                session.execute(
                    insert(Payment).values(id=chosen, amount=wanted.amount).on_conflict_do_nothing()
                )
            return Shown(id=chosen, amount=wanted.amount)

        return repeated(work)

    @app.get("/payments/{number}")
    def read(number: uuid.UUID) -> Shown:
        with Session(database) as session:
            found = session.scalars(select(Payment).where(Payment.id == number)).one_or_none()
            if found is None:
                raise HTTPException(404)
            return Shown(id=found.id, amount=found.amount)

    return app


def broken() -> FastAPI:
    return make(one_number=False)


def sound() -> FastAPI:
    return make(one_number=True)
