"""The table of orders is ``UNLOGGED``, for quick imports.

Mistake: an option for what may be lost, on what may not.
Outage: the database crashes, or a standby takes over.
Symptom: the table is empty afterwards; every acknowledged order is gone.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.storage import schema

from squall_mutants.shared import replace

EXPOSED_BY = (
    "database-crash-restart",
    "database-crashes-twice",
    "database-immediate-restart",
    "failover-sync",
    "failover-async",
)
SET = "tenth"
CREATE = "CREATE TABLE orders"


def create_app() -> FastAPI:
    """The reference app with another table."""
    quick = tuple(one.replace(CREATE, "CREATE UNLOGGED TABLE orders") for one in schema.STATEMENTS)
    replace(schema, "STATEMENTS", quick)
    return main.create_app()
