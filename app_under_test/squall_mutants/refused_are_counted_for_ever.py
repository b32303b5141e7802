"""Who is refused at the door stays counted as a caller in progress.

Mistake: the counter goes up before the check, and the refusal is a ``return`` without a finally.
Outage: more requests at once than the limit.
Symptom: everything is refused after a load spike, for good.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference.observability.context import RequestContext
from starlette.types import Receive, Scope, Send

from squall_mutants.shared.door import app_with_door, careful, is_refused

EXPOSED_BY = ("load-spike", "overload")
SET = "fifth"

PLACES = 30


async def served(
    self: RequestContext, scope: Scope, receive: Receive, send: Send, header: bytes | None
) -> None:
    """As the reference does; who is refused is not counted out."""
    if is_refused(self, scope):
        self._in_flight += 1
    await careful(self, scope, receive, send, header)


def create_app() -> FastAPI:
    """The reference app that counts the refused."""
    return app_with_door(served, PLACES)
