"""The head of the answer is sent before the database is asked.

Mistake: a streamed answer: status and headers first, then rows, when they come.
Outage: every session is ended, and logins are refused for a moment.
Symptom: 200, and then the connection ends in the middle.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.settings import Settings
from starlette.types import ASGIApp, Message, Receive, Scope, Send

EXPOSED_BY = ("known-outage",)
CAUGHT_BY = ("error-contract",)
SET = "second"

HEAD: Message = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json")],
}


class Early:
    """Says 200 for each read, whatever follows."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not scope["path"].startswith("/items/"):
            await self._app(scope, receive, send)
            return

        async def later(message: Message) -> None:
            if message["type"] != "http.response.start":
                await send(message)
            elif message["status"] != HEAD["status"]:
                raise ConnectionError("the answer has begun")

        await send(HEAD)
        await self._app(scope, receive, later)


def create_app() -> FastAPI:
    """The reference app that streams."""
    app = main.create_app(Settings(stale_seconds=0))  # type: ignore[call-arg] # environment
    app.add_middleware(Early)
    return app
