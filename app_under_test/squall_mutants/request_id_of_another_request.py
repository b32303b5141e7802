"""The number of the request is kept in a variable of the module.

Mistake: a global variable where one of the context is needed.
Outage: errors while several requests are under way.
Symptom: an error has the ``X-Request-ID`` of another request.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from squall_reference import main, problems
from squall_reference.observability.context import REQUEST_ID, SERVER_ERROR
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from squall_mutants.shared import replace

EXPOSED_BY = ("pool-exhausted-by-slow-queries", "unreachable-host", "hot-row", "load-spike")
SET = "eleventh"
latest: list[bytes] = [b"-"]


class NumberOfTheRequest:
    """Notes the caller's number, and puts it on errors."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            given = dict(scope["headers"]).get(REQUEST_ID)
            latest[0] = given or latest[0]

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= SERVER_ERROR:
                others = [one for one in message["headers"] if one[0] != REQUEST_ID]
                message["headers"] = [*others, (REQUEST_ID, latest[0])]
            await send(message)

        await self._app(scope, receive, sending)


def _id_of(_request: Request) -> str:
    return latest[0].decode()


def create_app() -> FastAPI:
    """The reference app with one number for all."""
    replace(problems, "_id_of", _id_of)
    app = main.create_app()
    app.add_middleware(NumberOfTheRequest)
    return app
