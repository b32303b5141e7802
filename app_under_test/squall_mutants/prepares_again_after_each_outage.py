"""A probe that fails makes the service "not started": it migrates, copies and warms again.

Mistake: the state "started" goes back when the database is out.
Outage: any in which the probe fails.
Symptom: reads are refused although their copies are there.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.readiness import Readiness

from squall_mutants.shared import replace

EXPOSED_BY = (
    "known-outage",
    "unreachable-host",
    "silent-network",
    "outage-three-times",
    "database-frozen",
)
SET = "tenth"

probed = Readiness._probed


async def _probed(self: Readiness) -> bool:
    ok = await probed(self)
    if not ok:
        self.started = False
    return ok


def create_app() -> FastAPI:
    """The reference app that begins at the beginning."""
    replace(Readiness, "_probed", _probed)
    return main.create_app()
