"""Liveness fails when the database was not seen for two seconds.

Mistake: liveness shows whether the background task lives, by its last success.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: the orchestrator restarts every instance.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from squall_reference import main
from squall_reference.problems import problem
from squall_reference.readiness import Readiness
from starlette.responses import Response

EXPOSED_BY = ("long-outage",)
SET = "fourth"

SECONDS = 2.0


async def livez(request: Request) -> Response | dict[str, str]:
    """Alive is who saw the database lately."""
    readiness: Readiness = request.app.state.readiness
    if readiness.started and readiness._now() - readiness._seen_at > SECONDS:
        return problem(503, "Not alive")
    return {"status": "alive"}


def create_app() -> FastAPI:
    """The reference app with another liveness probe."""
    app = main.create_app()
    app.router.routes.insert(0, APIRoute("/livez", livez, response_model=None))
    return app
