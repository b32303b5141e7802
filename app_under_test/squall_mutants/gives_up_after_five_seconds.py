"""The task that looks for the database gives up.

Mistake: a reconnect loop with a number of tries, as libraries have it by default.
Outage: the database is out for many deadlines.
Symptom: the database is back, and the process is never ready again.
"""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from squall_reference import main
from squall_reference.readiness import Readiness

from squall_mutants.shared import replace

EXPOSED_BY = ("long-outage",)
CAUGHT_BY = ("health-probes",)
SET = "second"

SECONDS = 5.0

careful = Readiness._probed


async def probed(self: Readiness) -> bool:
    """The reference's probe; the last one is five seconds after the last success."""
    found = await careful(self)
    if not found and self._now() - self._seen_at > SECONDS:
        await asyncio.Event().wait()
    return found


def create_app() -> FastAPI:
    """The reference app that gives up."""
    replace(Readiness, "_probed", probed)
    return main.create_app()
