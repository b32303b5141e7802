"""Once the database was seen, the app is ready for half a minute, whatever happens.

Mistake: a good probe is believed for 30 s, so that the orchestrator does not flap.
Outage: the database cannot be reached.
Symptom: the load balancer sends requests to a process that can only refuse them.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.readiness import Readiness

from squall_mutants.shared import replace

EXPOSED_BY = (
    "unreachable-host",
    "database-frozen",
    "known-outage",
    "silent-network",
    "app-restarts-in-an-outage",
)
SET = "eighth"
SECONDS = 30.0


def ready(self: Readiness) -> bool:
    """Seen lately."""
    return self.started and self._now() - self._seen_at < SECONDS


def create_app() -> FastAPI:
    """The reference app with a good memory."""
    replace(Readiness, "ready", property(ready))
    return main.create_app()
