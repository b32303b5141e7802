"""The metrics count the orders with a query of their own.

Mistake: a number of the business among the metrics of the process.
Outage: any in which the database does not answer.
Symptom: monitoring hangs or fails in the very outage that it should show.
"""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from sqlalchemy import text
from squall_reference import main
from squall_reference.api import health
from starlette.routing import Route

EXPOSED_BY = (
    "silent-network",
    "unreachable-host",
    "database-frozen",
    "table-locked-by-a-migration",
    "known-outage",
)
SET = "ninth"
COUNT = text("SELECT count(*) FROM orders")


async def metrics(request: Request) -> Response:
    """For Prometheus, with the number of orders."""
    async with request.app.state.book._engine.connect() as held:
        orders = (await held.execute(COUNT)).scalar_one()
    answer = await health.metrics(request)
    lines = bytes(answer.body) + f"# TYPE orders_stored gauge\norders_stored {orders}\n".encode()
    return Response(lines, media_type=answer.media_type)


def create_app() -> FastAPI:
    """The reference app with another page of metrics."""
    app = main.create_app()
    app.router.routes.insert(0, Route("/metrics", metrics, include_in_schema=False))
    return app
