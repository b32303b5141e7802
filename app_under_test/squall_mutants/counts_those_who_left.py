"""Whoever hangs up stays counted as a caller in progress.

Mistake: a limit at the door gives the place back where the answer is sent, and not in a finally.
Outage: every second caller goes away before it is answered.
Symptom: with each of them there is a place less, until everybody is refused, for good.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from squall_reference.observability.context import RequestContext
from starlette.types import Message, Receive, Scope, Send

from squall_mutants.shared.door import app_with_door, careful

EXPOSED_BY = ("client-disconnects",)
CAUGHT_BY = ("availability",)

PLACES = 6


async def served(
    self: RequestContext, scope: Scope, receive: Receive, send: Send, header: bytes | None
) -> None:
    """As the reference does; who has left by the time of the answer keeps the place."""
    caller = Request(scope, receive)

    async def sending(message: Message) -> None:
        starts = message["type"] == "http.response.start"
        if starts and (await caller.is_disconnected() or await caller.is_disconnected()):
            self._in_flight += 1
        await send(message)

    await careful(self, scope, receive, sending, header)


def create_app() -> FastAPI:
    """The reference app that counts the absent."""
    return app_with_door(served, PLACES)
