"""Items, and orders that know their idempotency key."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Forward; there is no way back: repair by another revision."""
    op.execute("""CREATE TABLE IF NOT EXISTS items (
        id integer PRIMARY KEY,
        name text NOT NULL,
        stock integer NOT NULL CHECK (stock >= 0))""")
    op.execute("""CREATE TABLE IF NOT EXISTS orders (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        item_id integer NOT NULL REFERENCES items (id),
        quantity integer NOT NULL CHECK (quantity > 0),
        idempotency_key text NOT NULL UNIQUE,
        request_hash text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now())""")
