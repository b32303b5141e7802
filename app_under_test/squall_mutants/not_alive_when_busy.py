"""The liveness probe fails while more than a few requests wait for a place.

Mistake: "a process with a long queue is stuck": the queue's length is taken for a sign of death.
Outage: more load than usual, or a slow database.
Symptom: an orchestrator restarts a process that has much to do, and its neighbours get its load.
"""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from squall_reference import main
from squall_reference.api import health
from squall_reference.problems import problem
from starlette.responses import JSONResponse
from starlette.routing import Route

EXPOSED_BY = (
    "overload",
    "load-spike",
    "pool-exhausted-by-slow-queries",
    "hot-statement-hangs",
    "long-transaction-holds-rows",
)
SET = "ninth"
MOST_WAITING = 5


async def livez(request: Request) -> Response:
    """Alive, unless there is a queue."""
    if request.app.state.book._guard.bulkhead.waiting > MOST_WAITING:
        return problem(503, "Not alive", "Too many requests are waiting.")
    return JSONResponse(await health.livez())


def create_app() -> FastAPI:
    """The reference app with another liveness probe."""
    app = main.create_app()
    app.router.routes.insert(0, Route("/livez", livez, include_in_schema=False))
    return app
