"""A client whose requests failed is locked out for ten seconds.

Mistake: a rate limiter against attackers counts failures that are the server's own.
Outage: any in which twenty requests are refused.
Symptom: 429 for everybody behind one address, long after the heal.
"""

from __future__ import annotations

import time
from collections import deque

from fastapi import FastAPI
from squall_reference import main
from squall_reference.observability.context import HEALTH
from squall_reference.problems import problem
from starlette.types import ASGIApp, Message, Receive, Scope, Send

EXPOSED_BY = ("disk-full",)
SET = "third"

FAILURES = 20
LOCKED_SECONDS = 10.0
SERVER_ERROR = 500


class LockOut:
    """Counts failures of one address: here, of everybody."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._failed: deque[float] = deque(maxlen=FAILURES)

    @property
    def _locked(self) -> bool:
        full = len(self._failed) == FAILURES
        return full and time.monotonic() - self._failed[0] < LOCKED_SECONDS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or lock it out."""
        if scope["type"] != "http" or scope["path"] in HEALTH:
            await self._app(scope, receive, send)
            return
        if self._locked:
            await problem(429, "Too many failed requests")(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= SERVER_ERROR:
                self._failed.append(time.monotonic())
            await send(message)

        await self._app(scope, receive, sending)


def create_app() -> FastAPI:
    """The reference app with a limiter."""
    app = main.create_app()
    app.add_middleware(LockOut)
    return app
