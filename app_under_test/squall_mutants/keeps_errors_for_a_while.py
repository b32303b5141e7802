"""An error is kept like an answer.

Mistake: a cache in front of the work does not look at what it keeps.
Outage: connections end, and for a moment new ones are refused.
Symptom: the database is back after half a second, the service after three.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import ServiceError, Transient
from squall_reference.resilience.deadline import Deadline
from squall_reference.resilience.guard import Guard

from squall_mutants.shared import replace

EXPOSED_BY = ("connection-refused", "dropped-connections")
CAUGHT_BY = ("recovery-time",)
SET = "second"

T = TypeVar("T")
SECONDS = 3.0
KEPT: list[tuple[float, ServiceError]] = []

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
    """The last error, while it is young; else the reference's answer."""
    now = asyncio.get_running_loop().time()
    if KEPT and now - KEPT[-1][0] < SECONDS:
        raise KEPT[-1][1]
    try:
        return await careful(
            self, attempt, deadline, terminate, idempotent=idempotent, patient=patient
        )
    except Transient as error:
        KEPT.append((now, error))
        raise


def create_app() -> FastAPI:
    """The reference app with a cache of errors."""
    replace(Guard, "run", run)
    return main.create_app()
