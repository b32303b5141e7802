"""Idempotency keys are forgotten after a second.

Mistake: "clients repeat at once or never", and the table must stay small.
Outage: clients repeat what they sent before, some time later.
Symptom: the same key once more, and a second order.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from squall_reference import main
from squall_reference.orders import repository
from squall_reference.storage import schema

from squall_mutants.shared import replace

EXPOSED_BY = ("callers-repeat-after-a-restart", "callers-retry-what-failed")
SET = "third"

YOUNG = """AND claim.mine AND NOT EXISTS (
                SELECT FROM answers WHERE operation = 'place-order'
                AND idempotency_key = CAST(:key AS text)
                AND created_at > now() - interval '1 second')"""
ANEW = """ON CONFLICT (operation, idempotency_key) DO UPDATE
            SET body = excluded.body, created_at = now()"""


def create_app() -> FastAPI:
    """The reference app with a short memory."""
    statement = repository.PLACE.text
    statement = statement.replace("ON CONFLICT (idempotency_key) DO NOTHING", "")
    statement = statement.replace("ON CONFLICT DO NOTHING", ANEW)
    statement = statement.replace("AND claim.mine", YOUNG)
    replace(repository, "PLACE", text(statement))
    tables = (table.replace("NOT NULL UNIQUE", "NOT NULL") for table in schema.STATEMENTS)
    replace(schema, "STATEMENTS", tuple(tables))
    return main.create_app()
