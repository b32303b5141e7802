"""Lines of orders are loaded lazily: one query for each order of the list."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from pydantic import BaseModel, Field
from sqlalchemy import ForeignKey, Select, select
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    mapped_column,
    relationship,
    selectinload,
)

from tests.pairs.fourteenth_parts import engine, refuse

PAGE = 30


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer: Mapped[str]
    lines: Mapped[list[Line]] = relationship(order_by="Line.id")


class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    item: Mapped[str]


class Wanted(BaseModel):
    customer: str = Field(min_length=1, max_length=50, pattern="^[a-z]+$")


class Shown(BaseModel):
    id: int
    customer: str
    items: list[str]


Query = Select[Order]


def make(query: Query) -> FastAPI:
    database = engine()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        Base.metadata.create_all(database)
        with Session(database) as session, session.begin():
            if session.scalars(select(Order.id).limit(1)).first() is None:
                session.add_all(
                    Order(customer="a", lines=[Line(item="x"), Line(item="y")]) for _ in range(PAGE)
                )
        yield
        database.dispose()

    app = FastAPI(lifespan=lifespan)
    refuse(app)

    @app.get("/orders")
    def orders() -> list[Shown]:
        with Session(database) as session:
            return [shown(order) for order in session.scalars(query)]

    @app.post("/orders", status_code=201)
    def place(wanted: Wanted) -> Shown:
        with Session(database, expire_on_commit=False) as session, session.begin():
            order = Order(customer=wanted.customer, lines=[Line(item="x"), Line(item="y")])
            session.add(order)
        return shown(order)

    return app


def shown(order: Order) -> Shown:
    return Shown(id=order.id, customer=order.customer, items=[line.item for line in order.lines])


LATEST = select(Order).order_by(Order.id.desc()).limit(PAGE)


def broken() -> FastAPI:
    return make(LATEST)


def sound() -> FastAPI:
    return make(LATEST.options(selectinload(Order.lines)))
