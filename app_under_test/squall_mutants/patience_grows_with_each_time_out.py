"""An adaptive time-out grows by half with each use, and never shrinks.

Mistake: "the database is slow today" is learned, and not forgotten.
Outage: the database is silent.
Symptom: answers come later and later.
"""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI
from squall_reference import main
from squall_reference.observability.context import RequestContext
from starlette.types import Scope

from squall_mutants.shared import replace

EXPOSED_BY = ("silent-network", "outage-three-times", "database-frozen")
SET = "sixth"

MOST_SECONDS = 30.0

careful = RequestContext._answered


def answered(self: RequestContext, scope: Scope, status: int, seconds: float) -> None:
    """Learn from it."""
    if status == HTTPStatus.GATEWAY_TIMEOUT:
        self._most_seconds = min(MOST_SECONDS, self._most_seconds * 1.5)
    careful(self, scope, status, seconds)


def create_app() -> FastAPI:
    """The reference app that learns patience."""
    replace(RequestContext, "_answered", answered)
    return main.create_app()
