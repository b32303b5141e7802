"""Once not ready, always not ready.

Mistake: the background task that watches the database ends with the first error that it sees.
Outage: the server is killed and recovers.
Symptom: the database is back, requests would work, and no balancer sends any.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.readiness import WATCH_SECONDS, Readiness

from squall_mutants.shared import replace

EXPOSED_BY = ("database-crash-restart",)
CAUGHT_BY = ("health-probes",)


async def watch(self: Readiness) -> None:
    """Probe until the first failure."""
    while True:
        up = (self.started or await self._prepared()) and await self._probed()
        ends = self._up and not up
        self._up = up
        if ends:
            return
        await self._sleep(WATCH_SECONDS)


def create_app() -> FastAPI:
    """The reference app whose watchman leaves."""
    replace(Readiness, "watch", watch)
    return main.create_app()
