"""Whoever comes may wait; nobody is sent away.

Mistake: no bound of the queue, none of its time, and none of the requests in the process.
Outage: four times the callers, and every statement takes longer.
Symptom: each answer comes at the very end of the deadline, or too late to be of use.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from app_under_test import main
from app_under_test.mutants.shared import replace
from app_under_test.observability.context import RequestContext
from app_under_test.resilience.bulkhead import Bulkhead

EXPOSED_BY = ("pool-exhausted-by-slow-queries",)
CAUGHT_BY = ("response-time",)


bounded, limited = Bulkhead.__init__, RequestContext.__init__


def unbounded(self: Bulkhead, *, running: int, queued: int, wait_seconds: float) -> None:
    """A place for everybody in the queue."""
    bounded(self, running=running, queued=1000 * queued, wait_seconds=1000 * wait_seconds)


def unlimited(self: RequestContext, *arguments: Any, **given: Any) -> None:  # noqa: ANN401 - the reference's
    """A place for everybody in the process."""
    limited(self, *arguments, **{**given, "most_in_flight": 1_000_000})


def create_app() -> FastAPI:
    """The reference app that sends nobody away."""
    replace(Bulkhead, "__init__", unbounded)
    replace(RequestContext, "__init__", unlimited)
    return main.create_app()
