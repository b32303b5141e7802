"""The answer of the readiness probe is cached for ten seconds.

Mistake: "probes must be cheap".
Outage: the database crashes and restarts.
Symptom: ready in an outage, not ready after it.
"""

from __future__ import annotations

import time

from fastapi import FastAPI
from squall_reference import main
from squall_reference.readiness import Readiness

from squall_mutants.shared import replace

EXPOSED_BY = ("known-outage",)
SET = "fourth"

SECONDS = 10.0
SAID: list[tuple[float, bool]] = []


def ready(self: Readiness) -> bool:
    """What was said lately; while starting, the truth."""
    truth: bool = self.started and self._up
    if not SAID and not truth:
        return False
    if not SAID or time.monotonic() - SAID[0][0] > SECONDS:
        SAID[:] = [(time.monotonic(), truth)]
    return SAID[0][1]


def create_app() -> FastAPI:
    """The reference app with a cheap probe."""
    replace(Readiness, "ready", property(ready))
    return main.create_app()
