"""The readiness probe says yes, whatever is the matter.

Mistake: a probe that proves that the web server runs, and nothing else.
Outage: the process is started anew while the database is down.
Symptom: requests are sent to a process that cannot serve one of them.
"""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.routing import APIRoute

from app_under_test import main

EXPOSED_BY = ("app-restarts-in-an-outage",)
CAUGHT_BY = ("health-probes",)


async def readyz() -> dict[str, str]:
    """Ready."""
    return {"status": "ready"}


def create_app() -> FastAPI:
    """The reference app with an optimistic probe."""
    app = main.create_app()
    app.router.routes.insert(0, APIRoute("/readyz", readyz))
    return app
