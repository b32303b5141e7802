"""The app tries ten times to prepare its database, and then never again.

Mistake: ``for attempt in range(10)`` around the preparations; after it a line in the log.
Outage: the database is down for longer when the app starts.
Symptom: the process lives, answers 503, and needs somebody to restart it.
"""

from __future__ import annotations

import structlog
from fastapi import FastAPI
from squall_reference import main
from squall_reference.readiness import Readiness

from squall_mutants.shared import replace

EXPOSED_BY = ("app-starts-while-database-is-down", "app-restarts-in-an-outage")
SET = "seventh"
TRIES = 10

careful = Readiness._prepared
log = structlog.get_logger("orders")
tried: list[Readiness] = []


async def prepared(self: Readiness) -> bool:
    """Ten times."""
    if len(tried) >= TRIES:
        return False
    tried.append(self)
    done = await careful(self)
    if not done and len(tried) == TRIES:
        log.error("the database is not there, giving up")
    return done


def create_app() -> FastAPI:
    """The reference app with a bounded start."""
    replace(Readiness, "_prepared", prepared)
    return main.create_app()
