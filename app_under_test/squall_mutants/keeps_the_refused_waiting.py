"""Whoever is refused is kept waiting first.

Mistake: a tarpit, so that callers who repeat at once repeat less often; it holds those who behave.
Outage: connections to the database are accepted and closed for longer than two deadlines.
Symptom: every caller hears after half a second what was known when it came.
"""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import CircuitOpen
from squall_reference.resilience.circuit_breaker import Permit
from squall_reference.resilience.deadline import Deadline
from squall_reference.resilience.waiting_room import WaitingRoom

from squall_mutants.shared import replace

EXPOSED_BY = ("known-outage",)
CAUGHT_BY = ("fails-fast",)

WAIT_SECONDS = 0.5

quick = WaitingRoom.enter


async def enter(self: WaitingRoom, deadline: Deadline, *, patient: bool = True) -> Permit:
    """The reference's answer; a refusal, later."""
    try:
        return await quick(self, deadline, patient=patient)
    except CircuitOpen:
        if patient:
            await asyncio.sleep(max(0.0, min(WAIT_SECONDS, deadline.remaining())))
        raise


def create_app() -> FastAPI:
    """The reference app with a tarpit."""
    replace(WaitingRoom, "enter", enter)
    return main.create_app()
