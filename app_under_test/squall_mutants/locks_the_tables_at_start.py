"""Each start locks the tables for a second.

Mistake: migrations run at each start, and take their locks before they look whether there is work.
Outage: a second copy is started beside the first.
Symptom: the first one's requests wait.
"""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from sqlalchemy import text
from squall_reference import main
from squall_reference.settings import Settings
from squall_reference.storage import migrate
from squall_reference.storage.engine import Database

from squall_mutants.shared import replace

EXPOSED_BY = ("rolling-deploy",)
SET = "fourth"

SECONDS = 1.5
careful = migrate.ensure


async def ensure(database: Database, settings: Settings) -> None:
    """Look after the lock is there."""
    await careful(database, settings)
    async with database.engine.begin() as held:
        await held.execute(text("SET LOCAL lock_timeout = 0"))
        await held.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        await held.execute(text("LOCK TABLE items, orders IN ACCESS EXCLUSIVE MODE"))
        await asyncio.sleep(SECONDS)


def create_app() -> FastAPI:
    """The reference app with heavy migrations."""
    replace(migrate, "ensure", ensure)
    return main.create_app()
