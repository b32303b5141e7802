"""Liveness fails after fifty failed requests in a row.

Mistake: "something must be wrong with this process".
Outage: the database is away for some seconds.
Symptom: the orchestrator restarts every instance, which does not bring the database back.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.observability.context import HEALTH
from squall_reference.problems import problem
from starlette.types import ASGIApp, Message, Receive, Scope, Send

EXPOSED_BY = ("outage-for-writers",)
SET = "third"

IN_A_ROW = 50
SERVER_ERROR = 500


class CountErrors:
    """Counts failed requests, and answers the liveness probe."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._failed = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"] == "/livez" and self._failed >= IN_A_ROW:
            await problem(503, "Too many errors")(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and scope["path"] not in HEALTH:
                failed = message["status"] >= SERVER_ERROR
                self._failed = self._failed + 1 if failed else 0
            await send(message)

        await self._app(scope, receive, sending)


def create_app() -> FastAPI:
    """The reference app that wants to be restarted."""
    app = main.create_app()
    app.add_middleware(CountErrors)
    return app
