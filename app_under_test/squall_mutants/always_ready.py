"""The readiness probe says yes, whatever is the matter.

Mistake: a probe that proves that the web server runs, and nothing else.
Outage: the process is restarted while the database is down.
Symptom: requests are sent to a process that cannot serve one of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.routing import APIRoute

from squall_mutants.shared.lifespan import app_with

EXPOSED_BY = ("app-restarts-in-an-outage",)
CAUGHT_BY = ("health-probes",)
STARTS_WITHOUT_DATABASE = False

TABLES_SECONDS = 0.3


async def readyz() -> dict[str, str]:
    """Ready."""
    return {"status": "ready"}


@asynccontextmanager
async def unhurried(_app: FastAPI) -> AsyncIterator[None]:
    """A moment to make its tables."""
    await asyncio.sleep(TABLES_SECONDS)
    yield


def create_app() -> FastAPI:
    """The reference app with an optimistic probe, and a moment to make its tables."""
    app = app_with(unhurried)
    app.router.routes.insert(0, APIRoute("/readyz", readyz))
    return app
