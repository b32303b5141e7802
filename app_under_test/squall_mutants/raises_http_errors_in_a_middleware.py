"""The limit at the door raises HTTPException, as routes do.

Mistake: handlers of exceptions are inside of a middleware, and do not see what it raises.
Outage: more requests at once than the limit.
Symptom: an internal error instead of "come again".
"""

from __future__ import annotations

from fastapi import FastAPI, HTTPException
from squall_reference.observability.context import RequestContext
from starlette.types import Receive, Scope, Send

from squall_mutants.shared.door import app_with_door, careful, is_refused

EXPOSED_BY = ("load-spike", "overload")
SET = "fifth"

PLACES = 30


async def served(
    self: RequestContext, scope: Scope, receive: Receive, send: Send, header: bytes | None
) -> None:
    """As a route would refuse."""
    if is_refused(self, scope):
        raise HTTPException(503, "Too many requests", headers={"Retry-After": "1"})
    await careful(self, scope, receive, send, header)


def create_app() -> FastAPI:
    """The reference app with another refusal at the door."""
    return app_with_door(served, PLACES)
