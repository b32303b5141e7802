"""Requests may wait for a connection as long as they like.

Mistake: the wait for a place in the pool is longer than the deadline (SQLAlchemy: 30 s).
Outage: every statement takes a quarter of a second longer, and the pool is too small.
Symptom: 504 at the end of the deadline, where 503 after a third of it would do; connections are
then given to requests that have no time left to use them.
"""

from __future__ import annotations

from fastapi import FastAPI

from app_under_test import main
from app_under_test.mutants.shared import replace
from app_under_test.resilience.bulkhead import Bulkhead

EXPOSED_BY = ("pool-exhausted-by-slow-queries",)
CAUGHT_BY = ("response-time",)


careful = Bulkhead.__init__


def patient(self: Bulkhead, *, running: int, queued: int, wait_seconds: float) -> None:
    """A bulkhead whose queue has no limit of time."""
    careful(self, running=running, queued=queued, wait_seconds=100 * wait_seconds)


def create_app() -> FastAPI:
    """The reference app with a patient queue."""
    replace(Bulkhead, "__init__", patient)
    return main.create_app()
