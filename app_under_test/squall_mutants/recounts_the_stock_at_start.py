"""Each start counts the stock again, from the first stock and the orders.

Mistake: what was counted on the shelves since then is not in the sum.
Outage: the app starts again.
Symptom: acknowledged changes of the stock are undone.
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
LOAD = "set-stock"
RECOUNT = text(
    "UPDATE items SET stock = :stock - coalesce("
    "(SELECT sum(quantity) FROM orders WHERE item_id = items.id), 0) WHERE id <= :items"
)
ensure_tables = migrate.ensure


async def ensure(database: Database, settings: Settings) -> None:
    """The tables, and a stock that agrees with the orders."""
    await ensure_tables(database, settings)
    async with database.engine.begin() as held:
        await held.execute(RECOUNT, {"stock": settings.stock, "items": settings.items})


def create_app() -> FastAPI:
    """The reference app that counts at its start."""
    replace(migrate, "ensure", ensure)
    return main.create_app()
