"""The liveness probe pings Redis.

Mistake: one "health check" for everything.
Outage: Redis is silent.
Symptom: the orchestrator restarts processes that can do without their cache.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from squall_reference import main

SET = "services"
EXPOSED_BY = ("redis-silent", "redis-refused")
CAUGHT_BY = ("health-probes",)


async def livez(request: Request) -> dict[str, str]:
    """Alive is who can reach Redis."""
    redis: Any = request.app.state.cache._redis
    await redis.ping()
    return {"status": "alive"}


def create_app() -> FastAPI:
    """The reference app with another liveness probe."""
    app = main.create_app()
    app.router.routes.insert(0, APIRoute("/livez", livez))
    return app
