"""Every answer may be cached for ten minutes, and so may errors.

Mistake: a middleware adds the header without a look at the status.
Outage: any in which reads are refused.
Symptom: 503 with ``Cache-Control: public``: a cache repeats it when all is well again.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from starlette.types import ASGIApp, Message, Receive, Scope, Send

EXPOSED_BY = ("rows-cannot-be-read-back", "known-outage")
SET = "third"


class Cacheable:
    """Adds the header to answers of reads."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                more = (b"cache-control", b"public, max-age=600")
                message["headers"] = [*message["headers"], more]
            await send(message)

        reads = scope["type"] == "http" and scope["method"] == "GET"
        await self._app(scope, receive, sending if reads else send)


def create_app() -> FastAPI:
    """The reference app whose answers may be cached."""
    app = main.create_app()
    app.add_middleware(Cacheable)
    return app
