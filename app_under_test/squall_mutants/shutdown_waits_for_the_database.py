"""The end of the process waits for the database.

Mistake: ``await engine.dispose()`` without a limit in the shutdown.
Outage: a new version is deployed while the database is silent.
Symptom: the process says farewell to each connection in turn, and is killed in the middle.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.storage.engine import Database

from squall_mutants.shared import replace

EXPOSED_BY = ("deploy-while-database-is-silent", "deploy-while-sessions-end-late")
CAUGHT_BY = ("ends-when-told",)
SET = "second"


async def dispose(self: Database, _seconds: float) -> None:
    """However long it takes."""
    await self.engine.dispose()


def create_app() -> FastAPI:
    """The reference app that takes its leave."""
    replace(Database, "dispose", dispose)
    return main.create_app()
