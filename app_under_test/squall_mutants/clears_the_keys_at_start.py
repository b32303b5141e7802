"""Each start deletes the stored answers of the last minutes.

Mistake: "they belong to the process that has died, and were never finished".
Outage: the app is killed and started again; clients repeat what they sent before.
Symptom: the repeat of a write that stands is "not found".
"""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text
from squall_reference import main
from squall_reference.settings import Settings
from squall_reference.storage import migrate
from squall_reference.storage.engine import Database

from squall_mutants.shared import replace

EXPOSED_BY = ("callers-repeat-after-a-restart",)
SET = "fifth"

CLEAR = text("DELETE FROM answers WHERE created_at > now() - interval '10 minutes'")

careful = migrate.ensure


async def ensure(database: Database, settings: Settings) -> None:
    """The tables, without what was under way."""
    await careful(database, settings)
    async with database.engine.begin() as held:
        await held.execute(CLEAR)


def create_app() -> FastAPI:
    """The reference app that begins with clean tables."""
    replace(migrate, "ensure", ensure)
    return main.create_app()
