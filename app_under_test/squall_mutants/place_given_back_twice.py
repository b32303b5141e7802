"""An error path gives the bulkhead's place back a second time.

Mistake: the place is given back where the error is seen, and again at the end.
Outage: errors, and then more callers than usual.
Symptom: the limit does not limit any more: more work than connections, and late answers.
"""

from __future__ import annotations

from types import TracebackType

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Ambiguous, Transient
from squall_reference.resilience.bulkhead import _Place

from squall_mutants.shared import replace

EXPOSED_BY = (
    "load-spike-during-an-outage",
    "connection-storm-after-restart",
    "outage-three-times",
    "slow-after-cancelled-statements",
)
SET = "eleventh"


async def leave(
    self: _Place,
    kind: type[BaseException] | None,
    _error: BaseException | None,
    _traceback: TracebackType | None,
) -> None:
    """Give the place back, at once if it failed."""
    if kind is not None and issubclass(kind, (Transient, Ambiguous)):
        self._bulkhead.release(succeeded=False)
    self._bulkhead.release(succeeded=kind is None)


def create_app() -> FastAPI:
    """The reference app whose places multiply."""
    replace(_Place, "__aexit__", leave)
    return main.create_app()
