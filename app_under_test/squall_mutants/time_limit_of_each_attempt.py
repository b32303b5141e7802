"""The limit of time is for each of three attempts, and nothing limits them together.

Mistake: ``wait_for`` is inside of the loop that repeats.
Outage: a table is locked, or statements are slow.
Symptom: answers come after up to three times the deadline.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Ambiguous, DeadlineExceeded, Transient
from squall_reference.resilience.deadline import Deadline, current, deadline_in
from squall_reference.resilience.guard import Guard

from squall_mutants.shared import replace

EXPOSED_BY = (
    "table-locked-by-a-migration",
    "long-transaction-holds-rows",
    "hot-statement-hangs",
    "silent-network",
    "network-slower-than-the-deadline",
)
SET = "fourteenth"

ATTEMPTS = 3
T = TypeVar("T")
careful = Guard.run


async def run(
    self: Guard,
    attempt: Callable[[], Awaitable[T]],
    deadline: Deadline,
    terminate: Callable[[], None],
    *,
    idempotent: bool,
    patient: bool = True,
) -> T:
    """The result of ``attempt``, each time with all of a request's time."""
    seconds = deadline.remaining()
    for left in range(ATTEMPTS - 1, -1, -1):
        own = deadline_in(seconds)
        token = current.set(own)
        try:
            return await careful(
                self, attempt, own, terminate, idempotent=idempotent, patient=patient
            )
        except (Transient, Ambiguous, DeadlineExceeded):
            if not left:
                raise
        finally:
            current.reset(token)
    raise AssertionError


def create_app() -> FastAPI:
    """The reference app without an end of a request's time."""
    replace(Guard, "run", run)
    return main.create_app()
