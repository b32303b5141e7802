"""An error is logged with the address that was used, and the password is in it.

Mistake: ``log.warning("cannot reach %s", settings.database_url)``, to help whoever is on duty.
Outage: any in which the database cannot be reached.
Symptom: the password is in the log, and in whatever collects logs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from fastapi import FastAPI
from squall_reference import main, readiness
from squall_reference.storage.engine import Database

from squall_mutants.shared import replace

EXPOSED_BY = (
    "connection-refused",
    "database-fast-restart",
    "dropped-connections",
    "password-changed",
    "unreachable-host",
)
SET = "seventh"

careful = readiness.probe_of
log = structlog.get_logger("orders")


def probe_of(database: Database, seconds: float) -> Callable[[], Awaitable[None]]:
    """The same probe, with a line for each failure."""
    ask = careful(database, seconds)
    address = database.engine.url.render_as_string(hide_password=False)

    async def probe() -> None:
        try:
            await ask()
        except Exception as error:
            log.warning("database cannot be reached", address=address, reason=repr(error))
            raise

    return probe


def create_app() -> FastAPI:
    """The reference app with an outspoken log."""
    replace(main, "probe_of", probe_of)
    return main.create_app()
