"""Who is refused at the door stays counted as a caller in progress.

Mistake: the counter goes up before the check, and the refusal is a ``return`` without a finally.
Outage: more requests at once than the limit.
Symptom: everything is refused after a load spike, for good.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from squall_reference import main
from squall_reference.observability.context import HEALTH, RequestContext
from starlette.types import Receive, Scope, Send

from squall_mutants.shared import replace

EXPOSED_BY = ("load-spike", "overload")
SET = "fifth"

PLACES = 30

careful = RequestContext._served
roomy = RequestContext.__init__


def small(self: RequestContext, *arguments: Any, **given: Any) -> None:  # noqa: ANN401 - the reference's
    """The reference's door, with few places."""
    roomy(self, *arguments, **{**given, "most_in_flight": PLACES})


async def served(
    self: RequestContext, scope: Scope, receive: Receive, send: Send, header: bytes | None
) -> None:
    """As the reference does; who is refused is not counted out."""
    if self._in_flight > self._most_in_flight and scope["path"] not in HEALTH:
        self._in_flight += 1
    await careful(self, scope, receive, send, header)


def create_app() -> FastAPI:
    """The reference app that counts the refused."""
    replace(RequestContext, "__init__", small)
    replace(RequestContext, "_served", served)
    return main.create_app()
