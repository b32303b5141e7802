"""Each start sets the sequence of the orders' numbers, "to repair it".

Mistake: it is set to the highest number with ``is_called`` false, so that this number comes next.
Outage: the app starts again.
Symptom: the first order after a start gets a number that there is, and fails.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from squall_reference import main
from squall_reference.settings import Settings
from squall_reference.storage import migrate
from squall_reference.storage.engine import Database

from squall_mutants.shared import replace

EXPOSED_BY = (
    "app-crash",
    "callers-repeat-after-a-restart",
    "rolling-deploy",
    "deploy-under-load",
)
SET = "eleventh"
REPAIR = text(
    "SELECT setval(pg_get_serial_sequence('orders', 'id'),"
    " (SELECT coalesce(max(id), 1) FROM orders), false)"
)
ensure_tables = migrate.ensure


async def ensure(database: Database, settings: Settings) -> None:
    """The tables, and their sequence."""
    await ensure_tables(database, settings)
    async with database.engine.begin() as held:
        await held.execute(REPAIR)


def create_app() -> FastAPI:
    """The reference app that repairs its sequence."""
    replace(migrate, "ensure", ensure)
    return main.create_app()
