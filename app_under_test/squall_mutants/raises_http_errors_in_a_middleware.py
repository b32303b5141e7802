"""The limit at the door raises HTTPException, as routes do.

Mistake: handlers of exceptions are inside of a middleware, and do not see what it raises.
Outage: more requests at once than the limit.
Symptom: an internal error instead of "come again".
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, HTTPException
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
    """As a route would refuse."""
    if self._in_flight > self._most_in_flight and scope["path"] not in HEALTH:
        raise HTTPException(503, "Too many requests", headers={"Retry-After": "1"})
    await careful(self, scope, receive, send, header)


def create_app() -> FastAPI:
    """The reference app with another refusal at the door."""
    replace(RequestContext, "__init__", small)
    replace(RequestContext, "_served", served)
    return main.create_app()
