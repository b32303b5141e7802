"""SQL of items and orders. Few round trips: each costs the network's latency."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app_under_test.errors import KeyReused, NotFound, OutOfStock
from app_under_test.orders.model import Item, Order, OrderRequest

PLACE = text("""
WITH placed AS (
    INSERT INTO orders (item_id, quantity, idempotency_key, request_hash)
    SELECT id, :quantity, :key, :digest FROM items WHERE id = :item_id
    ON CONFLICT (idempotency_key) DO NOTHING
    RETURNING id, item_id, quantity
), taken AS (
    UPDATE items SET stock = stock - placed.quantity FROM placed
    WHERE items.id = placed.item_id AND items.stock >= placed.quantity
    RETURNING items.id
)
SELECT placed.id, placed.item_id, placed.quantity, EXISTS (SELECT FROM taken) AS taken FROM placed
""")
BY_KEY = text("SELECT id, item_id, quantity, request_hash FROM orders WHERE idempotency_key = :key")
ORDER = text("SELECT id, item_id, quantity FROM orders WHERE id = :id")
ITEM = text("SELECT id, name, stock FROM items WHERE id = :id")
ITEMS = text("SELECT id, name, stock FROM items ORDER BY id LIMIT :limit")


@dataclass(frozen=True, slots=True)
class Placed:
    """An order, and whether it stood there before."""

    order: Order
    replayed: bool


async def place(connection: AsyncConnection, wanted: OrderRequest, key: str) -> Placed:
    """Key, order and stock in the caller's transaction; the same key finds the same order.

    Raises:
        NotFound, OutOfStock, KeyReused: the transaction must be rolled back.
    """
    values = {**wanted.model_dump(), "key": key, "digest": wanted.digest()}
    row = (await connection.execute(PLACE, values)).one_or_none()
    if row is not None:
        if not row.taken:
            raise OutOfStock
        order = Order(id=row.id, item_id=row.item_id, quantity=row.quantity)
        return Placed(order, replayed=False)
    existing = (await connection.execute(BY_KEY, {"key": key})).one_or_none()
    if existing is None:
        raise NotFound
    if existing.request_hash != wanted.digest():
        raise KeyReused
    order = Order(id=existing.id, item_id=existing.item_id, quantity=existing.quantity)
    return Placed(order, replayed=True)


async def order(connection: AsyncConnection, number: int) -> Order:
    """One order; NotFound."""
    row = (await connection.execute(ORDER, {"id": number})).one_or_none()
    if row is None:
        raise NotFound
    return Order(id=row.id, item_id=row.item_id, quantity=row.quantity)


async def item(connection: AsyncConnection, number: int) -> Item:
    """One item; NotFound."""
    row = (await connection.execute(ITEM, {"id": number})).one_or_none()
    if row is None:
        raise NotFound
    return Item(id=row.id, name=row.name, stock=row.stock)


async def items(connection: AsyncConnection, limit: int) -> list[Item]:
    """The catalogue, at most ``limit`` items."""
    rows = await connection.execute(ITEMS, {"limit": limit})
    return [Item(id=row.id, name=row.name, stock=row.stock) for row in rows]
