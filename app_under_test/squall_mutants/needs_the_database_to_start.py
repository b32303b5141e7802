"""Without its database the process does not start.

Mistake: connecting in start-up code: an error there ends the process.
Outage: the app is restarted while its database is down.
Symptom: a crash loop, with longer and longer pauses; the app comes back minutes after the
database.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from squall_reference import main
from squall_reference.settings import Settings
from squall_reference.storage.engine import Database

EXPOSED_BY = ("app-restarts-in-an-outage",)
CAUGHT_BY = ("app-survived",)


STARTS_WITHOUT_DATABASE = False


def create_app() -> FastAPI:
    """The reference app that connects first."""
    app = main.create_app()
    careful = app.router.lifespan_context

    @asynccontextmanager
    async def connected(served: FastAPI) -> AsyncIterator[None]:
        database = Database(Settings(), size=1)  # type: ignore[call-arg] # environment
        async with database.engine.connect():
            pass
        await database.dispose(1.0)
        async with careful(served):
            yield

    app.router.lifespan_context = connected
    return app
