"""``/livez`` asks whether the database is there.

Mistake: one health check for everything, which the liveness probe uses, too.
Outage: any that lasts.
Symptom: the orchestrator restarts a process that has nothing.
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
    "app-starts-while-database-is-down",
)
SET = "fourteenth"


async def livez(request: Request) -> Response | dict[str, str]:
    """Alive with the database."""
    if request.app.state.readiness.ready:
        return {"status": "alive"}
    return problem(503, "Not alive", "The order book cannot be reached.")


def create_app() -> FastAPI:
    """The reference app that is dead without its database."""
    return app_that_reads("/livez", livez, response_model=None)
