"""The request id is in the answers that succeed, and lacks in errors.

Mistake: the header is set by the route, and error handlers make their own response.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: whoever reports an error has nothing to report.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main, problems
from squall_reference.observability.context import REQUEST_ID
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from squall_mutants.shared import replace

EXPOSED_BY = ("known-outage",)
SET = "fourth"

SERVER_ERROR = 500


class LoseTheId:
    """Outermost: takes the header away from errors."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= SERVER_ERROR:
                message["headers"] = [
                    pair for pair in message["headers"] if pair[0].lower() != REQUEST_ID
                ]
            await send(message)

        await self._app(scope, receive, sending)


def create_app() -> FastAPI:
    """The reference app with anonymous errors."""
    replace(problems, "_id_of", lambda _request: None)
    app = main.create_app()
    app.add_middleware(LoseTheId)
    return app
