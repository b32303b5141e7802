"""Readiness asks the carrier, too, though most of the app works without it.

Mistake: ``/readyz`` checks everything that the app is connected to.
Outage: the carrier is away.
Symptom: every instance is taken out of the load balancer, and nobody can read or order.
"""

from __future__ import annotations

from fastapi import APIRouter, FastAPI, Request, Response
from squall_reference import main
from squall_reference.api import health
from squall_reference.errors import ServiceError
from squall_reference.problems import problem
from squall_reference.resilience.deadline import deadline_in

from squall_mutants.shared import replace

EXPOSED_BY = (
    "upstream-unavailable",
    "upstream-refused",
    "upstream-silent",
    "upstream-slow",
    "upstream-rate-limited",
    "upstream-unreachable",
)
SET = "seventh"
SERVICES = True
SECONDS = 0.3


async def readyz(request: Request) -> Response | dict[str, str]:
    """Ready with the database and the carrier."""
    try:
        await request.app.state.carrier.price(1, deadline_in(SECONDS), patient=False)
    except ServiceError:
        return problem(503, "Not ready", "The carrier cannot be reached.")
    return await health.readyz(request)


def create_app() -> FastAPI:
    """The reference app that is ready with all of its services only."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/readyz", readyz, response_model=None)
    router.include_router(health.router)  # the first one that fits is taken
    replace(health, "router", router)
    return main.create_app()
