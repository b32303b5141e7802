"""Requests are refused while the average answer takes too long; refused ones are not averaged.

Mistake: what is measured is what was let in, so once nothing is let in nothing changes.
Outage: a slow moment.
Symptom: after it the app refuses everything, for ever, at rest.
"""

from __future__ import annotations

import time

from fastapi import FastAPI
from squall_reference import main
from squall_reference.observability.context import HEALTH
from squall_reference.problems import problem
from starlette.types import ASGIApp, Receive, Scope, Send

EXPOSED_BY = (
    "slow-network",
    "pool-exhausted-by-slow-queries",
    "overload",
    "silent-network",
    "network-slower-than-the-deadline",
)
SET = "ninth"
WEIGHT = 0.1
TOO_LONG = 0.12


class Shedder:
    """Around every request but those for health."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._average = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or serve and measure."""
        if scope["type"] != "http" or scope["path"] in HEALTH:
            await self._app(scope, receive, send)
            return
        if self._average > TOO_LONG:
            answer = problem(503, "Overloaded", "Answers take too long. Nothing was changed.")
            await answer(scope, receive, send)
            return
        began = time.monotonic()
        try:
            await self._app(scope, receive, send)
        finally:
            self._average += WEIGHT * (time.monotonic() - began - self._average)


def create_app() -> FastAPI:
    """The reference app behind a shedder."""
    app = main.create_app()
    app.add_middleware(Shedder)
    return app
