"""A place at the database is not given back after one kind of error.

Mistake: one ``except`` branch forgets the semaphore.
Outage: PostgreSQL chooses transactions as deadlock victims, again and again.
Symptom: each deadlock leaves one place less; after some days every request is refused.
"""

from __future__ import annotations

from types import TracebackType

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Transient
from squall_reference.resilience.bulkhead import _Place

from squall_mutants.shared import replace

EXPOSED_BY = ("deadlocks-three-times",)
CAUGHT_BY = ("recovery-time",)
SET = "second"

careful = _Place.__aexit__


async def leave(
    self: _Place,
    kind: type[BaseException] | None,
    error: BaseException | None,
    traceback: TracebackType | None,
) -> None:
    """Not after a deadlock."""
    if kind is not Transient:
        await careful(self, kind, error, traceback)


def create_app() -> FastAPI:
    """The reference app that loses places."""
    replace(_Place, "__aexit__", leave)
    return main.create_app()
