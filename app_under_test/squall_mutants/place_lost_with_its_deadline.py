"""The place of work that was cancelled at its deadline is never given back.

Mistake: the release is in ``except Exception`` and behind the work, and a cancel is neither.
Outage: the database is silent, frozen or locked until requests run out of time.
Symptom: when enough requests have timed out, every other is refused, and nothing runs.
"""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from squall_reference import main

from squall_mutants.shared.places import lose_places

EXPOSED_BY = (
    "silent-network",
    "unreachable-host",
    "database-frozen",
    "table-locked-by-a-migration",
    "hot-statement-hangs",
)
SET = "eighth"


def create_app() -> FastAPI:
    """The reference app that loses places."""
    lose_places(lambda kind: kind is not None and issubclass(kind, asyncio.CancelledError))
    return main.create_app()
