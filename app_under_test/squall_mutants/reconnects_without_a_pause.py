"""The loop that waits for the database has no pause, and logs each attempt.

Mistake: ``while True: try: connect() except: log.warning(...)``.
Outage: the database's port refuses connections.
Symptom: hundreds of attempts, and of lines, each second.
"""

from __future__ import annotations

import structlog
from fastapi import FastAPI
from squall_reference import main, readiness
from squall_reference.readiness import Readiness

from squall_mutants.shared import replace

EXPOSED_BY = (
    "known-outage",
    "connection-refused",
    "dropped-connections",
    "load-balancer-without-backends",
    "too-many-connections",
    "password-changed",
)
SET = "fourteenth"

log = structlog.get_logger("orders")
careful = Readiness._probed


async def probed(self: Readiness) -> bool:
    """One attempt, and a line if it was in vain."""
    ok = await careful(self)
    if not ok:
        log.warning("database is out of reach, trying again")
    return ok


def create_app() -> FastAPI:
    """The reference app in a hurry."""
    replace(readiness, "RETRY_SECONDS", 0.0)
    replace(Readiness, "_probed", probed)
    return main.create_app()
