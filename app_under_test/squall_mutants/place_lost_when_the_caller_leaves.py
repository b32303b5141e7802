"""A caller that hangs up takes its place at the database along.

Mistake: work is cancelled when its caller leaves, and ``except Exception`` does not see a cancel.
Outage: callers hang up at many moments of their requests.
Symptom: each of them leaves one place less, until every request is refused.
"""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from squall_reference import main
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from squall_mutants.shared.places import lose_places

EXPOSED_BY = ("callers-leave-at-many-moments",)
CAUGHT_BY = ("capacity-returns",)
SET = "second"


class Cancelling:
    """Cancels what nobody waits for any more."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        messages: asyncio.Queue[Message] = asyncio.Queue()
        work = asyncio.ensure_future(self._app(scope, messages.get, send))

        async def listen() -> None:
            while (message := await receive())["type"] != "http.disconnect":
                messages.put_nowait(message)
            messages.put_nowait(message)
            work.cancel()

        listener = asyncio.ensure_future(listen())
        await asyncio.wait({work})
        listener.cancel()
        if not work.cancelled():
            work.result()


def create_app() -> FastAPI:
    """The reference app that cancels, and loses places."""
    lose_places(lambda kind: kind is asyncio.CancelledError)
    app = main.create_app()
    app.add_middleware(Cancelling)
    return app
