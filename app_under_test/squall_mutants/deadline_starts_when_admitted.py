"""A request's time is counted from the moment when the circuit admits it.

Mistake: the deadline is computed where the work begins, behind the wait for the database.
Outage: the database goes away for less than a deadline, and requests wait for it.
Symptom: answers after more than one deadline.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Unreachable
from squall_reference.resilience.deadline import Deadline, current, deadline_in
from squall_reference.resilience.guard import Guard, _CircuitChanged
from squall_reference.settings import Settings

from squall_mutants.shared import replace

EXPOSED_BY = ("slow-when-it-returns",)
SET = "third"

T = TypeVar("T")
SECONDS = Settings.model_fields["deadline_seconds"].default


async def run(
    self: Guard,
    attempt: Callable[[], Awaitable[T]],
    deadline: Deadline,
    terminate: Callable[[], None],
    *,
    idempotent: bool,
    patient: bool = True,
) -> T:
    """The reference's policies, and a deadline for each admission."""

    async def admitted() -> T:
        permit = await self.room.enter(deadline, patient=patient)
        own = deadline_in(SECONDS)
        current.set(own)
        try:
            return await self.abandoned.run(
                lambda: self._placed(attempt, own, permit), own, terminate
            )
        except _CircuitChanged:
            return await admitted()
        except Unreachable:
            if permit.trial:
                return await admitted()
            raise

    return await self.retry.run(admitted, deadline, idempotent=idempotent)


def create_app() -> FastAPI:
    """The reference app with a late deadline."""
    replace(Guard, "run", run)
    return main.create_app()
