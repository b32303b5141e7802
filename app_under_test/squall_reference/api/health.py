"""Health for orchestrators: alive without the database, ready only with it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from squall_reference.observability.metrics import Metrics
from squall_reference.problems import problem
from squall_reference.readiness import Readiness

router = APIRouter(include_in_schema=False)


@router.get("/livez")
async def livez() -> dict[str, str]:
    """The process answers; restarting it would not help the database."""
    return {"status": "alive"}


@router.get("/readyz", response_model=None)
async def readyz(request: Request) -> Response | dict[str, str]:
    """What the background probe saw last; asking never waits for the database."""
    readiness: Readiness = request.app.state.readiness
    if readiness.ready:
        return {"status": "ready"}
    return problem(503, "Not ready", "The order book cannot be reached.")


@router.get("/startupz", response_model=None)
async def startupz(request: Request) -> Response | dict[str, str]:
    """Whether the database was ever seen by this process; from then on ask the other two."""
    readiness: Readiness = request.app.state.readiness
    if readiness.started:
        return {"status": "started"}
    return problem(503, "Starting", "The order book was not reached yet.")


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """For Prometheus."""
    found: Metrics = request.app.state.metrics
    return Response(generate_latest(found.registry), media_type=CONTENT_TYPE_LATEST)
