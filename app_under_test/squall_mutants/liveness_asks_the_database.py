"""The liveness probe asks the database.

Mistake: one "health check" for everything.
Outage: the database stops answering.
Symptom: the orchestrator restarts processes that are well, again and again, and none of them cures
the database.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import current

EXPOSED_BY = ("silent-network",)
CAUGHT_BY = ("health-probes",)


async def livez(request: Request) -> dict[str, str]:
    """Alive is who can reach the database."""
    book: OrderBook = request.app.state.book

    async def query(held: AsyncConnection) -> None:
        await held.execute(text("SELECT 1"))

    await book.read(query, current.get())
    return {"status": "alive"}


def create_app() -> FastAPI:
    """The reference app with another liveness probe."""
    app = main.create_app()
    app.router.routes.insert(0, APIRoute("/livez", livez))
    return app
