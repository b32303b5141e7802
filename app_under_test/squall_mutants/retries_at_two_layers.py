"""Two layers repeat, and neither knows of the other.

Mistake: the repository repeats three times, and the policy around it repeats that.
Outage: transactions are refused, as in a conflict.
Symptom: statements multiply, while the budget counts a third of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Transient
from squall_reference.resilience.deadline import Deadline
from squall_reference.resilience.guard import Guard

from squall_mutants.shared import replace

EXPOSED_BY = ("hot-row", "serialization-failures")
SET = "third"

T = TypeVar("T")
TIMES = 3

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
    """The reference's policies around three attempts at a time."""

    async def thrice() -> T:
        for _ in range(TIMES - 1):
            try:
                return await attempt()
            except Transient:
                continue
        return await attempt()

    return await careful(self, thrice, deadline, terminate, idempotent=idempotent, patient=patient)


def create_app() -> FastAPI:
    """The reference app that repeats inside of a repeat."""
    replace(Guard, "run", run)
    return main.create_app()
