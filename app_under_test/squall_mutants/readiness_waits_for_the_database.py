"""The readiness probe asks the database, and waits for its answer.

Mistake: a probe that runs a query of its own, without a time-out of its own.
Outage: the server's processes stand still.
Symptom: the probe hangs where it should say "no"; balancers wait for it, and keep sending requests.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from squall_reference import main
from squall_reference.errors import Starting
from squall_reference.settings import Settings
from squall_reference.storage.engine import address

EXPOSED_BY = ("database-frozen",)
CAUGHT_BY = ("health-probes",)

ENGINES: list[AsyncEngine] = []


async def readyz(request: Request) -> dict[str, str]:
    """Ready is who was answered."""
    if not request.app.state.readiness.started:
        raise Starting
    async with ENGINES[0].connect() as held:
        await held.execute(text("SELECT 1"))
    return {"status": "ready"}


def create_app() -> FastAPI:
    """The reference app with another readiness probe."""
    settings = Settings()  # type: ignore[call-arg] # environment
    url, encryption = address(str(settings.database_url))
    ENGINES.append(create_async_engine(url, connect_args={"ssl": encryption}))
    app = main.create_app(settings)
    app.router.routes.insert(0, APIRoute("/readyz", readyz))
    return app
