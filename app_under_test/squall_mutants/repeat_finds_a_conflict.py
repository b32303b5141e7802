"""A key that was used before is answered with 409, also when the order is the caller's own.

Mistake: the key is only a unique column: ``except IntegrityError: raise AlreadyThere``.
Outage: the order is committed, and the answer to COMMIT is lost.
Symptom: the repeat, the app's own or the caller's, is refused, and the order stands.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.errors import AlreadyThere, NotFound, OutOfStock
from squall_reference.orders import repository
from squall_reference.orders.model import Order, OrderRequest
from squall_reference.orders.repository import Placed

from squall_mutants.shared import replace

EXPOSED_BY = (
    "commit-reply-lost",
    "callers-repeat-at-once",
    "callers-repeat-after-a-restart",
    "callers-retry-what-failed",
    "database-crash-restart",
    "callers-reuse-keys",
)
SET = "seventh"

INSERT = text("""INSERT INTO orders (item_id, quantity, idempotency_key)
    SELECT id, :quantity, :key FROM items WHERE id = :item_id RETURNING id, item_id, quantity""")
TAKE = text("""UPDATE items SET stock = stock - :quantity
    WHERE id = :item_id AND stock >= :quantity RETURNING id""")


async def place(connection: AsyncConnection, wanted: OrderRequest, key: str) -> Placed:
    """Key, order and stock in one transaction; no answer is kept."""
    values = wanted.model_dump()
    try:
        row = (await connection.execute(INSERT, {**values, "key": key})).one_or_none()
    except IntegrityError as error:
        raise AlreadyThere from error
    if row is None:
        raise NotFound
    if (await connection.execute(TAKE, values)).one_or_none() is None:
        raise OutOfStock
    return Placed(Order(id=row.id, item_id=row.item_id, quantity=row.quantity), replayed=False)


def create_app() -> FastAPI:
    """The reference app with keys that refuse."""
    replace(repository, "place", place)
    return main.create_app()
