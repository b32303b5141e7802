"""The readiness probe waits for a place at the database like a request.

Mistake: the probe uses the requests' limit, to "see what they see".
Outage: slow statements fill all places for some time.
Symptom: not ready, though the service serves as much as it can.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from squall_reference import main, readiness
from squall_reference.resilience.deadline import deadline_in
from squall_reference.resilience.guard import Guard
from squall_reference.settings import Settings
from squall_reference.storage.engine import Database

from squall_mutants.shared import replace

EXPOSED_BY = ("overload-that-stays",)
SET = "third"

GUARDS: list[Guard] = []

careful = main._guard


def guard(settings: Settings, requests: Database) -> Guard:
    """Remember the policies."""
    GUARDS.append(careful(settings, requests))
    return GUARDS[-1]


def probe_of(database: Database, seconds: float) -> Callable[[], Awaitable[None]]:
    """The reference's probe inside of a place."""
    probe = readiness.probe_of(database, seconds)

    async def queued() -> None:
        async with GUARDS[-1].bulkhead.place(deadline_in(seconds)):
            await probe()

    return queued


def create_app() -> FastAPI:
    """The reference app whose probe queues."""
    replace(main, "_guard", guard)
    replace(main, "probe_of", probe_of)
    return main.create_app()
