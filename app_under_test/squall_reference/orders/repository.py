"""SQL of items and orders. Few round trips: each costs the network's latency."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from squall_reference.errors import AlreadyThere, NotFound, OutOfStock
from squall_reference.orders.idempotency import keyed, once
from squall_reference.orders.model import (
    Item,
    ItemRequest,
    Order,
    OrderRequest,
    Stock,
    StockRequest,
)

PLACE = keyed(
    "place-order",
    work="""placed AS (
            INSERT INTO orders (item_id, quantity, idempotency_key)
            SELECT items.id, :quantity, CAST(:key AS text) FROM items, claim
            WHERE items.id = :item_id AND claim.mine
            ON CONFLICT (idempotency_key) DO NOTHING
            RETURNING id, item_id, quantity
        ), taken AS (
            UPDATE items SET stock = stock - placed.quantity FROM placed
            WHERE items.id = placed.item_id AND items.stock >= placed.quantity
            RETURNING items.id
        )""",
    made="placed",
    answer="json_build_object('id', id, 'item_id', item_id, 'quantity', quantity)::text",
    done="EXISTS (SELECT FROM taken)",
)
CREATE = keyed(
    "create-item",
    work="""made AS (
            INSERT INTO items (id, name, stock)
            SELECT CAST(:id AS integer), CAST(:name AS text), CAST(:stock AS integer)
            FROM claim WHERE claim.mine
            ON CONFLICT (id) DO NOTHING
            RETURNING id, name, stock
        )""",
    made="made",
    answer="json_build_object('id', id, 'name', name, 'stock', stock)::text",
)
SET_STOCK = text("UPDATE items SET stock = :stock WHERE id = :id RETURNING id, stock")
ORDER = text("SELECT id, item_id, quantity FROM orders WHERE id = :id")
ORDERS = text("SELECT id, item_id, quantity FROM orders WHERE id > :after ORDER BY id LIMIT :limit")
ITEM = text("SELECT id, name, stock FROM items WHERE id = :id")
ITEMS = text("SELECT id, name, stock FROM items WHERE id > :after ORDER BY id LIMIT :limit")


@dataclass(frozen=True, slots=True)
class Placed:
    """An order, and whether it stood there before."""

    order: Order
    replayed: bool


@dataclass(frozen=True, slots=True)
class Created:
    """An item, and whether it stood there before."""

    item: Item
    replayed: bool


async def place(connection: AsyncConnection, wanted: OrderRequest, key: str) -> Placed:
    """Key, order, stock and answer in the caller's transaction; the same key finds the same order.

    Raises:
        NotFound, OutOfStock, InFlight, KeyReused: the transaction must be rolled back.
    """
    values = {**wanted.model_dump(), "key": key, "digest": wanted.digest()}
    kept = await once(connection, "place-order", PLACE, values)
    if kept is None:
        raise NotFound
    if not kept.done:
        raise OutOfStock
    return Placed(Order.model_validate_json(kept.body), kept.replayed)


async def create(connection: AsyncConnection, wanted: ItemRequest, key: str) -> Created:
    """Key, item and answer in the caller's transaction.

    Raises:
        AlreadyThere, InFlight, KeyReused: the transaction must be rolled back.
    """
    values = {**wanted.model_dump(), "key": key, "digest": wanted.digest()}
    kept = await once(connection, "create-item", CREATE, values)
    if kept is None:
        raise AlreadyThere
    return Created(Item.model_validate_json(kept.body), kept.replayed)


async def set_stock(connection: AsyncConnection, number: int, wanted: StockRequest) -> Stock:
    """What a count of the shelves found; NotFound."""
    values = {"id": number, "stock": wanted.stock}
    row = (await connection.execute(SET_STOCK, values)).one_or_none()
    if row is None:
        raise NotFound
    return Stock(item_id=row.id, stock=row.stock)


async def order(connection: AsyncConnection, number: int) -> Order:
    """One order; NotFound."""
    row = (await connection.execute(ORDER, {"id": number})).one_or_none()
    if row is None:
        raise NotFound
    return Order(id=row.id, item_id=row.item_id, quantity=row.quantity)


async def orders(connection: AsyncConnection, after: int, limit: int) -> list[Order]:
    """At most ``limit`` orders with numbers above ``after``, in order of their numbers."""
    rows = await connection.execute(ORDERS, {"after": after, "limit": limit})
    return [Order(id=row.id, item_id=row.item_id, quantity=row.quantity) for row in rows]


async def item(connection: AsyncConnection, number: int) -> Item:
    """One item; NotFound."""
    row = (await connection.execute(ITEM, {"id": number})).one_or_none()
    if row is None:
        raise NotFound
    return Item(id=row.id, name=row.name, stock=row.stock)


async def items(connection: AsyncConnection, after: int, limit: int) -> list[Item]:
    """At most ``limit`` items with numbers above ``after``, in order of their numbers."""
    rows = await connection.execute(ITEMS, {"after": after, "limit": limit})
    return [Item(id=row.id, name=row.name, stock=row.stock) for row in rows]
