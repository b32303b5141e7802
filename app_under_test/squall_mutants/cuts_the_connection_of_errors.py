"""An error closes the caller's connection.

Mistake: a middleware that gives up after the head of the answer was sent.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: callers see a broken connection and cannot know what it means.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from starlette.types import ASGIApp, Message, Receive, Scope, Send

EXPOSED_BY = ("known-outage",)
CAUGHT_BY = ("error-contract",)
SET = "second"

SERVER_ERROR = 500


class Impolite:
    """Ends the answer of an error before its body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        cut = False

        async def sending(message: Message) -> None:
            nonlocal cut
            cut = cut or message.get("status", 0) >= SERVER_ERROR
            if not cut or message["type"] == "http.response.start":
                await send(message)

        await self._app(scope, receive, sending)


def create_app() -> FastAPI:
    """The reference app without last words."""
    app = main.create_app()
    app.add_middleware(Impolite)
    return app
