"""A bucket of tokens at the door bounds the rate of requests.

Mistake: a request that is refused takes its token, too.
Outage: more requests than the bucket lets in.
Symptom: when the rush is over the usual load is refused, for seconds.
"""

from __future__ import annotations

import time

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Overloaded
from squall_reference.observability.context import HEALTH, RequestContext
from squall_reference.problems import problem
from starlette.types import Receive, Scope, Send

from squall_mutants.shared import replace

EXPOSED_BY = (
    "load-spike",
    "overload",
    "load-spike-during-an-outage",
    "connection-storm-after-restart",
)
SET = "twelfth"
PER_SECOND = 100.0
MOST = 30.0
careful = RequestContext._served


class Bucket:
    """Tokens, which come back with time."""

    def __init__(self) -> None:
        self._tokens = MOST
        self._at = time.monotonic()

    def take(self) -> bool:
        """Whether there was a token."""
        now = time.monotonic()
        self._tokens = min(MOST, self._tokens + (now - self._at) * PER_SECOND) - 1
        self._at = now
        return self._tokens >= 0


bucket = Bucket()


async def _served(
    self: RequestContext, scope: Scope, receive: Receive, send: Send, header: bytes | None
) -> None:
    if scope["path"] in HEALTH or bucket.take():
        await careful(self, scope, receive, send, header)
        return
    request_id = scope["state"]["request_id"]
    answer = problem(503, Overloaded.title, Overloaded.detail, request_id)
    await answer(scope, receive, send)


def create_app() -> FastAPI:
    """The reference app with a bucket at its door."""
    replace(RequestContext, "_served", _served)
    return main.create_app()
