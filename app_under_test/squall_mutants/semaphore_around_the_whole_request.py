"""One of ten places is held from a request's first byte to the last of its answer.

Mistake: a limit of concurrency as the outermost middleware, around the body's arrival, too, and
around health; the wait for a place is not bounded.
Outage: slow callers, or requests that take long.
Symptom: slow callers hold all places; others and the probes wait behind them.
"""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from squall_reference import main
from starlette.types import ASGIApp, Receive, Scope, Send

EXPOSED_BY = ("slow-clients", "overload", "load-spike", "silent-network")
SET = "ninth"
PLACES = 10


class Limit:
    """Around every request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._places = asyncio.Semaphore(PLACES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait for a place, and serve; the body is read inside."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        async with self._places:
            await self._app(scope, receive, send)


def create_app() -> FastAPI:
    """The reference app with a limit of concurrency."""
    app = main.create_app()
    app.add_middleware(Limit)
    return app
