"""The tables as SQLAlchemy's classes."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Identity
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Common ancestor, as SQLAlchemy wants it."""


class Item(Base):
    """Something to order."""

    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    stock: Mapped[int]


class Order(Base):
    """An order."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    quantity: Mapped[int]
    idempotency_key: Mapped[str]
