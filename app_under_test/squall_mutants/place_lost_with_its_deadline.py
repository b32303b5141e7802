"""The place of work that was cancelled at its deadline is never given back.

Mistake: the release is in ``except Exception`` and behind the work, and a cancel is neither.
Outage: the database is silent, frozen or locked until requests run out of time.
Symptom: when enough requests have timed out, every other is refused, and nothing runs.
"""

from __future__ import annotations

import asyncio
from types import TracebackType

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.bulkhead import _Place

from squall_mutants.shared import replace

EXPOSED_BY = (
    "silent-network",
    "unreachable-host",
    "database-frozen",
    "table-locked-by-a-migration",
    "hot-statement-hangs",
)
SET = "eighth"

careful = _Place.__aexit__


async def leave(
    self: _Place,
    kind: type[BaseException] | None,
    error: BaseException | None,
    traceback: TracebackType | None,
) -> None:
    """Unless the work was cancelled."""
    if not isinstance(error, asyncio.CancelledError):
        await careful(self, kind, error, traceback)


def create_app() -> FastAPI:
    """The reference app that loses places."""
    replace(_Place, "__aexit__", leave)
    return main.create_app()
