"""The readiness probe asks the database, and waits for its answer.

Mistake: a probe that runs a query of its own, without a time-out of its own.
Outage: the server's processes stand still.
Symptom: the probe hangs where it should say "no"; balancers wait for it, and keep sending requests.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from sqlalchemy import text

from app_under_test import main
from app_under_test.orders.service import OrderBook

EXPOSED_BY = ("database-frozen",)
CAUGHT_BY = ("health-probes",)


async def readyz(request: Request) -> dict[str, str]:
    """Ready is who was answered."""
    book: OrderBook = request.app.state.book
    async with book._engine.connect() as held:
        await held.execute(text("SELECT 1"))
    return {"status": "ready"}


def create_app() -> FastAPI:
    """The reference app with another readiness probe."""
    app = main.create_app()
    app.router.routes.insert(0, APIRoute("/readyz", readyz))
    return app
