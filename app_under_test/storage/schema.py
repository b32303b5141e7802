"""The tables, made at start-up if they are missing, whenever the database gets ready.

items   id, name, stock                                  stock + ordered is constant per item
orders  id, item_id, quantity, idempotency_key, request_hash, created_at
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

LOCK = 7_368_117
"""Advisory lock, so that several processes can start at once."""

STATEMENTS = (
    """CREATE TABLE IF NOT EXISTS items (
        id integer PRIMARY KEY,
        name text NOT NULL,
        stock integer NOT NULL CHECK (stock >= 0))""",
    """CREATE TABLE IF NOT EXISTS orders (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        item_id integer NOT NULL REFERENCES items (id),
        quantity integer NOT NULL CHECK (quantity > 0),
        idempotency_key text NOT NULL UNIQUE,
        request_hash text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now())""",
)

SEED = """INSERT INTO items (id, name, stock)
    SELECT number, 'item ' || number, :stock FROM generate_series(1, :items) AS number
    WHERE NOT EXISTS (SELECT FROM items)"""


async def ensure(connection: AsyncConnection, *, items: int, stock: int) -> None:
    """Create and seed what is missing, in one transaction."""
    async with connection.begin():
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        for statement in STATEMENTS:
            await connection.execute(text(statement))
        await connection.execute(text(SEED), {"items": items, "stock": stock})
