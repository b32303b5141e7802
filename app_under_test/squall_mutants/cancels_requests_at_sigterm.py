"""SIGTERM cancels every request that is under way, to end quickly.

Mistake: "cancel all tasks" in the handler of the signal, before the server has drained.
Outage: a deployment while requests run.
Symptom: their callers get an error or a closed connection instead of an answer.
"""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import FastAPI
from squall_reference.observability.context import RequestContext
from starlette.types import Receive, Scope, Send

from squall_mutants.shared import replace
from squall_mutants.shared.at_sigterm import Then, app_that_ends

EXPOSED_BY = (
    "deploy-while-requests-run",
    "deploy-under-load",
    "rolling-deploy",
    "deploy-while-database-is-silent",
)
SET = "seventh"

careful = RequestContext.__call__
running: set[asyncio.Task[Any]] = set()


async def call(self: RequestContext, scope: Scope, receive: Receive, send: Send) -> None:
    """The same, with a list of those that run."""
    task = asyncio.current_task()
    if task is None or scope["type"] != "http":
        return await careful(self, scope, receive, send)
    running.add(task)
    try:
        await careful(self, scope, receive, send)
    finally:
        running.discard(task)


def cancel_all(_app: FastAPI, then: Then) -> None:
    """Nobody is waited for."""
    for task in list(running):
        task.cancel()
    then()


def create_app() -> FastAPI:
    """The reference app with an impatient end."""
    replace(RequestContext, "__call__", call)
    return app_that_ends(cancel_all)
