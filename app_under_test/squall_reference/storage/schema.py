"""The tables as they are now. Whoever changes them adds a migration, and the change here.

items    id, name, stock                                      stock + ordered is constant per item
orders   id, item_id, quantity, idempotency_key, created_at
answers  operation, idempotency_key, request_hash, status, body: what each key was answered

An empty database gets this and is stamped with the newest revision, as Alembic's cookbook has it
("Building an Up to Date Database from Scratch"): one round of DDL, and Alembic is not loaded. Any
other database is migrated (:mod:`squall_reference.storage.migrate`). A test compares both ways.
"""

from __future__ import annotations

HEAD = "0002"
"""The newest revision in ``migrations/versions``."""

STATEMENTS = (
    """CREATE TABLE items (
        id integer PRIMARY KEY,
        name text NOT NULL,
        stock integer NOT NULL CHECK (stock >= 0))""",
    """CREATE TABLE orders (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        item_id integer NOT NULL REFERENCES items (id),
        quantity integer NOT NULL CHECK (quantity > 0),
        idempotency_key text NOT NULL UNIQUE,
        created_at timestamptz NOT NULL DEFAULT now())""",
    """CREATE TABLE answers (
        operation text NOT NULL,
        idempotency_key text NOT NULL,
        request_hash text NOT NULL,
        status integer NOT NULL,
        body text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (operation, idempotency_key))""",
    """CREATE TABLE alembic_version (
        version_num varchar(32) NOT NULL CONSTRAINT alembic_version_pkc PRIMARY KEY)""",
    f"INSERT INTO alembic_version (version_num) VALUES ('{HEAD}')",  # noqa: S608 - a constant
)

SEED = """INSERT INTO items (id, name, stock)
    SELECT number, 'item ' || number, :stock FROM generate_series(1, :items) AS number
    WHERE NOT EXISTS (SELECT FROM items)"""
