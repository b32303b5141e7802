"""At SIGTERM the process goes on to accept requests, and ends when for a while none has come.

Mistake: the drain waits for a quiet moment, and nothing keeps new requests away.
Outage: a new version is deployed under load.
Symptom: the quiet moment never comes, and the process is killed.
"""

from __future__ import annotations

import asyncio
import time

from fastapi import FastAPI
from squall_reference.observability.context import RequestContext
from starlette.types import Receive, Scope, Send

from squall_mutants.shared import replace
from squall_mutants.shared.at_sigterm import Then, app_that_ends

EXPOSED_BY = ("deploy-under-load", "deploy-while-requests-run", "rolling-deploy")
SET = "tenth"
QUIET_SECONDS = 0.5

last: dict[str, float] = {"request": 0.0}
tasks: set[asyncio.Task[None]] = set()
serve = RequestContext.__call__


async def noted(self: RequestContext, scope: Scope, receive: Receive, send: Send) -> None:
    """When the last request came, and when it was answered."""
    last["request"] = time.monotonic()
    try:
        await serve(self, scope, receive, send)
    finally:
        last["request"] = time.monotonic()


async def _drain(then: Then) -> None:
    quiet = 0.0
    while quiet < QUIET_SECONDS:
        await asyncio.sleep(0.05)
        quiet = time.monotonic() - last["request"]
    then()


def drain(_app: FastAPI, then: Then) -> None:
    """Wait until nobody asks."""
    task = asyncio.get_event_loop().create_task(_drain(then))
    tasks.add(task)


def create_app() -> FastAPI:
    """The reference app with a drain of its own."""
    replace(RequestContext, "__call__", noted)
    return app_that_ends(drain)
