"""A POST is repeated, and nothing in the database knows its key.

Mistake: the key is kept as a column for reports; no constraint, and nobody looks it up.
Outage: PostgreSQL commits, and its answer is lost with the connection.
Symptom: one request, two orders.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from squall_reference import main
from squall_reference.orders import repository
from squall_reference.storage import schema

from squall_mutants.shared import replace

EXPOSED_BY = ("commit-reply-lost",)
CAUGHT_BY = ("no-duplicate",)


PLACE = text("""WITH placed AS (
        INSERT INTO orders (item_id, quantity, idempotency_key)
        SELECT items.id, :quantity, CAST(:key AS text) FROM items WHERE items.id = :item_id
        RETURNING id, item_id, quantity
    ), taken AS (
        UPDATE items SET stock = stock - placed.quantity FROM placed
        WHERE items.id = placed.item_id AND items.stock >= placed.quantity
        RETURNING items.id
    ) SELECT true AS mine, CAST(:digest AS text) AS digest, EXISTS (SELECT FROM taken) AS done,
        json_build_object('id', id, 'item_id', item_id, 'quantity', quantity)::text AS body
    FROM placed""")


def create_app() -> FastAPI:
    """The reference app without a constraint on the key."""
    tables = (statement.replace("NOT NULL UNIQUE", "NOT NULL") for statement in schema.STATEMENTS)
    replace(schema, "STATEMENTS", tuple(tables))
    replace(repository, "PLACE", PLACE)
    return main.create_app()
