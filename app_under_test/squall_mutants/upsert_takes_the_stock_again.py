"""The insert of an order is an upsert, so that it may be repeated; the stock is taken each time.

Mistake: "ON CONFLICT DO UPDATE makes it idempotent" is true of the row alone.
Outage: PostgreSQL commits, and its answer is lost with the connection.
Symptom: one order, and its stock was taken twice.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from squall_reference import main
from squall_reference.orders import repository

from squall_mutants.shared import replace

EXPOSED_BY = ("commit-reply-lost", "callers-retry-what-failed")
SET = "fifth"

PLACE = text("""WITH placed AS (
        INSERT INTO orders (item_id, quantity, idempotency_key)
        SELECT items.id, :quantity, CAST(:key AS text) FROM items WHERE items.id = :item_id
        ON CONFLICT (idempotency_key) DO UPDATE SET quantity = excluded.quantity
        RETURNING id, item_id, quantity
    ), taken AS (
        UPDATE items SET stock = stock - placed.quantity FROM placed
        WHERE items.id = placed.item_id AND items.stock >= placed.quantity
        RETURNING items.id
    ) SELECT true AS mine, CAST(:digest AS text) AS digest, EXISTS (SELECT FROM taken) AS done,
        json_build_object('id', id, 'item_id', item_id, 'quantity', quantity)::text AS body
    FROM placed""")


def create_app() -> FastAPI:
    """The reference app with an upsert."""
    replace(repository, "PLACE", PLACE)
    return main.create_app()
