"""A read waits in a thread, and so does liveness; there are few threads.

Mistake: routes are ``def`` instead of ``async def``, and all of them share one pool of threads.
Outage: the database is silent.
Symptom: liveness hangs, and so does everything that needs no database.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import from_thread, to_thread
from fastapi import FastAPI, Response
from squall_reference import main
from squall_reference.api import items
from squall_reference.api.deps import DeskDep, Number
from squall_reference.orders.model import Item
from squall_reference.settings import Settings

EXPOSED_BY = ("silent-network", "hot-statement-hangs")
SET = "fifth"

THREADS = 8


def read_item(number: Number, desk: DeskDep, response: Response) -> Item:
    """One item; a thread waits for it."""
    return from_thread.run(items.read_item, number, desk, response)


def livez() -> dict[str, str]:
    """In a thread, too."""
    return {"status": "alive"}


def create_app() -> FastAPI:
    """The reference app in threads."""
    app = main.create_app(Settings(stale_seconds=0))  # type: ignore[call-arg] # environment
    around = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = THREADS
        async with around(app):
            yield

    app.router.lifespan_context = lifespan
    app.get("/items/{number}")(read_item)
    app.get("/livez")(livez)
    app.router.routes[:0] = [app.router.routes.pop(), app.router.routes.pop()]
    return app
