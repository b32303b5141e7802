"""The task that watches the database ends with an error that it does not know.

Mistake: it handles closed connections, and not a server that says "I am starting" (57P03).
Outage: the server accepts connections and rejects every login because it is still starting.
Symptom: requests work again, and the process is never ready.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import ServiceError
from squall_reference.readiness import probe_of
from squall_reference.storage.engine import Database

from squall_mutants.shared import replace

EXPOSED_BY = ("database-starting-up",)
CAUGHT_BY = ("health-probes",)
SET = "second"


def mortal(database: Database, seconds: float) -> Callable[[], Awaitable[None]]:
    """The reference's probe, which ends the watch."""
    ask = probe_of(database, seconds)

    async def probe() -> None:
        try:
            await ask()
        except ServiceError as error:
            if error.sqlstate == "57P03":
                raise asyncio.CancelledError from error
            raise

    return probe


def create_app() -> FastAPI:
    """The reference app with a mortal watch."""
    replace(main, "probe_of", mortal)
    return main.create_app()
