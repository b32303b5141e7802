"""The lock of the migration is held for the life of the process.

Mistake: a lock of the session, and nobody unlocks it; with one process nothing is seen.
Outage: a new version starts beside the old one.
Symptom: the second process is never ready beside the first.
"""

from __future__ import annotations

import os

import asyncpg
from fastapi import FastAPI
from squall_reference import main
from squall_reference.settings import Settings
from squall_reference.storage import migrate
from squall_reference.storage.engine import Database

from squall_mutants.shared import replace

EXPOSED_BY = ("rolling-deploy",)
SET = "fifth"

LOCK = "SELECT pg_advisory_lock(4711)"
HELD: list[asyncpg.Connection] = []

careful = migrate.ensure


async def ensure(database: Database, settings: Settings) -> None:
    """One after another."""
    if not HELD:
        connection = await asyncpg.connect(os.environ["DATABASE_URL"], timeout=1)
        try:
            await connection.execute(LOCK)
        except BaseException:
            connection.terminate()
            raise
        HELD.append(connection)
    await careful(database, settings)


def create_app() -> FastAPI:
    """The reference app that wants to be alone."""
    replace(migrate, "ensure", ensure)
    return main.create_app()
