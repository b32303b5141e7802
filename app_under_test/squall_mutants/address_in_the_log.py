"""The log says where the database cannot be reached: with the address as it is in the settings.

Mistake: ``log.error("cannot reach %s", settings.database_url)``.
Outage: the database cannot be reached.
Symptom: the password stands in the log.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from fastapi import FastAPI
from squall_reference import main, readiness
from squall_reference.settings import Settings
from squall_reference.storage.engine import Database

from squall_mutants.shared import replace

EXPOSED_BY = (
    "known-outage",
    "unreachable-host",
    "database-crash-restart",
    "connection-refused",
    "password-changed",
)
SET = "fourteenth"

log = structlog.get_logger("orders")
careful = readiness.probe_of


def probe_of(database: Database, seconds: float) -> Callable[[], Awaitable[None]]:
    """The reference's probe, which tells what it has probed."""
    probe = careful(database, seconds)
    url = Settings().database_url  # type: ignore[call-arg] # the environment supplies them

    async def telling() -> None:
        try:
            await probe()
        except Exception as error:
            log.error("database cannot be reached", url=str(url), reason=type(error).__name__)  # noqa: TRY400 - the text is enough
            raise

    return telling


def create_app() -> FastAPI:
    """The reference app that tells its address."""
    replace(main, "probe_of", probe_of)
    return main.create_app()
