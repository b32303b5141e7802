"""What each key was answered, for every operation, in a table of its own."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Forward; there is no way back: repair by another revision."""
    op.execute("""CREATE TABLE answers (
        operation text NOT NULL,
        idempotency_key text NOT NULL,
        request_hash text NOT NULL,
        status integer NOT NULL,
        body text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (operation, idempotency_key))""")
    op.execute("""INSERT INTO answers
            (operation, idempotency_key, request_hash, status, body, created_at)
        SELECT 'place-order', idempotency_key, request_hash, 201,
            json_build_object('id', id, 'item_id', item_id, 'quantity', quantity)::text, created_at
        FROM orders""")
    op.execute("ALTER TABLE orders DROP COLUMN request_hash")
