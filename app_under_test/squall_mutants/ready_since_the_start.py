"""``/readyz`` says whether the app has started.

Mistake: the end of the start sets a flag, and nothing takes it back.
Outage: any that lasts.
Symptom: ready, while nothing can be served.
"""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from squall_reference.problems import problem

from squall_mutants.shared.routes import app_that_reads

EXPOSED_BY = (
    "known-outage",
    "unreachable-host",
    "silent-network",
    "database-frozen",
    "app-restarts-in-an-outage",
)
SET = "fourteenth"


async def readyz(request: Request) -> Response | dict[str, str]:
    """Ready from the start on."""
    if request.app.state.readiness.started:
        return {"status": "ready"}
    return problem(503, "Not ready", "The order book cannot be reached.")


def create_app() -> FastAPI:
    """The reference app that stays ready."""
    return app_that_reads("/readyz", readyz, response_model=None)
