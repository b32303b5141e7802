"""Each start puts the stock back to the seed.

Mistake: the seed is an upsert, "so that it can run at each start".
Outage: the process ends, and another one starts.
Symptom: the total of stock and orders changes.
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from squall_reference import main
from squall_reference.settings import Settings
from squall_reference.storage import migrate
from squall_reference.storage.engine import Database

from squall_mutants.shared import replace

EXPOSED_BY = ("app-crash", "deploy-under-load")
SET = "fifth"

SEED = text("""INSERT INTO items (id, name, stock)
    SELECT number, 'item ' || number, :stock FROM generate_series(1, :items) AS number
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, stock = excluded.stock""")

careful = migrate.ensure


async def ensure(database: Database, settings: Settings) -> None:
    """The tables, and what is in them."""
    await careful(database, settings)
    async with database.engine.begin() as held:
        await held.execute(SEED, {"items": settings.items, "stock": settings.stock})


def create_app() -> FastAPI:
    """The reference app with an eager seed."""
    replace(migrate, "ensure", ensure)
    return main.create_app()
