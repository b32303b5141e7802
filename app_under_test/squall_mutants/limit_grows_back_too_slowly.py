"""The places at the database are halved by each failure; one comes back for a hundred successes.

Mistake: an outage of a second costs minutes.
Outage: any that fails several units of work.
Symptom: afterwards the app serves far less at once than before.
"""

from __future__ import annotations

import asyncio
from types import TracebackType

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Ambiguous, DeadlineExceeded, Transient
from squall_reference.resilience.bulkhead import Bulkhead, _Place

from squall_mutants.shared import replace

EXPOSED_BY = (
    "database-crash-restart",
    "outage-three-times",
    "statements-cancelled",
    "sessions-terminated",
)
SET = "twelfth"
SUCCESSES = 100
BAD = (Transient, Ambiguous, DeadlineExceeded, asyncio.CancelledError)


async def leave(
    self: _Place,
    kind: type[BaseException] | None,
    _error: BaseException | None,
    _traceback: TracebackType | None,
) -> None:
    """Give the place back; fewer are left after a failure."""
    bulkhead = self._bulkhead
    if kind is not None and issubclass(kind, BAD):
        bulkhead.places = max(1, bulkhead.places // 2)
        bulkhead._succeeded = 0
    bulkhead.release(succeeded=kind is None)


def widen(self: Bulkhead) -> None:
    """One more place, now and then."""
    self._succeeded += 1
    if self._succeeded >= SUCCESSES:
        self._succeeded = 0
        self.places += 1


def create_app() -> FastAPI:
    """The reference app that is careful after failures."""
    replace(_Place, "__aexit__", leave)
    replace(Bulkhead, "_widen", widen)
    replace(Bulkhead, "narrow", lambda _self: None)
    return main.create_app()
