"""The background probe cannot be ended while it waits for the database.

Mistake: ``except BaseException`` in a loop: a cancel is an error like any other.
Outage: the app is told to end while the database is silent.
Symptom: the process never ends, and must be killed.
"""

from __future__ import annotations

from fastapi import FastAPI
from squall_reference import main
from squall_reference.readiness import Readiness

from squall_mutants.shared import replace

EXPOSED_BY = ("deploy-while-database-is-silent",)
SET = "third"


async def probed(self: Readiness) -> bool:
    """The reference's probe that survives everything."""
    permit = self._breaker.admit()
    ok = False
    try:
        await self._work.probe()
        ok, self._seen_at = True, self._now()
    except BaseException:  # noqa: BLE001 - the defect
        ok = False
    if permit is not None:
        permit.succeeded() if ok else permit.failed()
    return ok


def create_app() -> FastAPI:
    """The reference app with a watcher that stays."""
    replace(Readiness, "_probed", probed)
    return main.create_app()
