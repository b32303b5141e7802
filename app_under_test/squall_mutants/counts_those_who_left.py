"""Whoever hangs up stays counted as a caller in progress.

Mistake: a limit at the door gives the place back where the answer is sent, and not in a finally.
Outage: every second caller goes away before it is answered.
Symptom: with each of them there is a place less, until everybody is refused, for good.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from squall_reference import main
from squall_reference.observability.context import RequestContext
from starlette.types import Message, Receive, Scope, Send

from squall_mutants.shared import replace

EXPOSED_BY = ("client-disconnects",)
CAUGHT_BY = ("availability",)

PLACES = 6

careful = RequestContext._served
roomy = RequestContext.__init__


def small(self: RequestContext, *arguments: Any, **given: Any) -> None:  # noqa: ANN401 - the reference's
    """The reference's door, with few places."""
    roomy(self, *arguments, **{**given, "most_in_flight": PLACES})


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
    replace(RequestContext, "__init__", small)
    replace(RequestContext, "_served", served)
    return main.create_app()
