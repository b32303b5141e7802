"""The API's words, and the tables as a migration would have left them."""

from __future__ import annotations

import os
from typing import Annotated

import asyncpg
from fastapi import Header
from pydantic import BaseModel, ConfigDict

URL = os.environ["DATABASE_URL"]
"""``postgresql://user@host:port/name``."""

Key = Annotated[str, Header(alias="Idempotency-Key")]

TABLES = """
CREATE TABLE IF NOT EXISTS items (
    id integer PRIMARY KEY,
    name text NOT NULL,
    stock integer NOT NULL CHECK (stock >= 0));
CREATE TABLE IF NOT EXISTS orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    item_id integer NOT NULL REFERENCES items (id),
    quantity integer NOT NULL CHECK (quantity > 0),
    idempotency_key text NOT NULL);
INSERT INTO items (id, name, stock)
    SELECT number, 'item ' || number, 1000000 FROM generate_series(1, 100) AS number
    ON CONFLICT DO NOTHING;
"""

READ_ITEM = "SELECT id, name, stock FROM items WHERE id = $1"
READ_ORDER = "SELECT id, item_id, quantity FROM orders WHERE id = $1"
TAKE = "UPDATE items SET stock = stock - $2 WHERE id = $1"
"""Subtracted by SQL: who reads, subtracts and writes back loses updates without any outage."""

ADD_ORDER = """INSERT INTO orders (item_id, quantity, idempotency_key) VALUES ($1, $2, $3)
    RETURNING id, item_id, quantity"""


class ItemOut(BaseModel):
    """An item, from a row or an object."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    stock: int


class OrderIn(BaseModel):
    """What a caller wants."""

    item_id: int
    quantity: int


class OrderOut(OrderIn):
    """What the caller gets."""

    model_config = ConfigDict(from_attributes=True)

    id: int


async def prepare() -> None:
    """Create and fill the tables where they are not there yet."""
    connection = await asyncpg.connect(URL)
    await connection.execute(TABLES)
    await connection.close()
