"""The pause before a repeat is shared by all requests, and outlasts the outage.

Mistake: the back-off lives in the client object, not in the request that failed.
Outage: the server is killed, and is back after half a second.
Symptom: the database is well, nobody is refused, and for two more seconds everybody waits.
"""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.circuit_breaker import CircuitBreaker, Permit
from squall_reference.resilience.deadline import Deadline
from squall_reference.resilience.waiting_room import WaitingRoom

from squall_mutants.shared import replace

EXPOSED_BY = ("database-crash-restart",)
CAUGHT_BY = ("recovery-time",)

PAUSE_SECONDS = 0.6
REMEMBERED_SECONDS = 2.0

careful = CircuitBreaker.heard
quick = WaitingRoom.enter
failures: dict[str, float] = {}


def heard(self: CircuitBreaker, generation: int, **said: Any) -> None:  # noqa: ANN401 - the reference's
    """As the reference does, and note when something failed last."""
    if said["ok"] is False:
        failures["last"] = asyncio.get_running_loop().time()
    careful(self, generation, **said)


async def enter(self: WaitingRoom, deadline: Deadline, *, patient: bool = True) -> Permit:
    """First a pause, if anybody failed lately; then the reference's answer."""
    since = asyncio.get_running_loop().time() - failures.get("last", -REMEMBERED_SECONDS)
    if patient and since < REMEMBERED_SECONDS:
        await asyncio.sleep(max(0.0, min(PAUSE_SECONDS, deadline.remaining())))
    return await quick(self, deadline, patient=patient)


def create_app() -> FastAPI:
    """The reference app with one back-off for all."""
    replace(CircuitBreaker, "heard", heard)
    replace(WaitingRoom, "enter", enter)
    return main.create_app()
