"""When the circuit closes, one of those who wait for it is woken.

Mistake: ``notify`` where ``notify_all`` is needed.
Outage: one that is over before the deadline.
Symptom: those who waited are refused, though the database was back in time.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import CircuitOpen
from squall_reference.resilience.circuit_breaker import Permit, State
from squall_reference.resilience.deadline import Deadline
from squall_reference.resilience.waiting_room import WaitingRoom

from squall_mutants.shared import replace

EXPOSED_BY = (
    "connection-refused",
    "database-fast-restart",
    "database-starting-up",
    "database-crash-restart",
)
SET = "eleventh"
waiters: deque[asyncio.Event] = deque()


async def _admitted(self: WaitingRoom, deadline: Deadline) -> Permit:
    while True:
        left = deadline.remaining() - self._work_seconds
        if left <= 0:
            self.refused += 1
            raise CircuitOpen
        permit = self.breaker.admit()
        if permit is not None:
            return permit
        change = asyncio.Event()
        waiters.append(change)
        with suppress(TimeoutError):
            async with asyncio.timeout(left):
                await change.wait()


def _wake(_self: WaitingRoom, _state: State) -> None:
    if waiters:
        waiters.popleft().set()


def create_app() -> FastAPI:
    """The reference app that wakes one."""
    replace(WaitingRoom, "_admitted", _admitted)
    replace(WaitingRoom, "_wake", _wake)
    return main.create_app()
