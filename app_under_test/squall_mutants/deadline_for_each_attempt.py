"""Each attempt has the whole deadline for itself.

Mistake: the time-out stands inside of the retry: time-outs add up.
Outage: the answers to COMMIT, or to another statement, are held back.
Symptom: no attempt is ever too slow, and the request takes several deadlines.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Ambiguous, DeadlineExceeded, Transient, Unreachable
from squall_reference.resilience.deadline import Deadline, deadline_in
from squall_reference.resilience.guard import Guard

from squall_mutants.shared import replace

EXPOSED_BY = ("commit-reply-held", "hot-statement-hangs")
CAUGHT_BY = ("answered-in-time",)


T = TypeVar("T")
ATTEMPTS = 3
SECONDS = 1.0

careful = Guard.run


async def run(
    self: Guard,
    attempt: Callable[[], Awaitable[T]],
    _deadline: Deadline,
    terminate: Callable[[], None],
    *,
    idempotent: bool,
    patient: bool = True,
) -> T:
    """Three times the policies, each with a deadline of its own."""
    for number in range(1, ATTEMPTS + 1):
        deadline = deadline_in(SECONDS)
        try:
            return await careful(
                self, attempt, deadline, terminate, idempotent=idempotent, patient=patient
            )
        except (DeadlineExceeded, Transient, Ambiguous):
            if number == ATTEMPTS:
                raise
    raise Unreachable


def create_app() -> FastAPI:
    """The reference app whose deadline begins again with each attempt."""
    replace(Guard, "run", run)
    return main.create_app()
