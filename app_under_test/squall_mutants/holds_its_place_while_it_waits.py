"""A request keeps its place at the database while it pauses between two attempts.

Mistake: the bulkhead is outermost, around retries and the wait for the circuit.
Outage: one kind of statement is refused again and again.
Symptom: pauses fill all places, and other operations are refused.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.bulkhead import Bulkhead
from squall_reference.resilience.deadline import Deadline
from squall_reference.resilience.guard import Guard

from squall_mutants.shared import replace

EXPOSED_BY = ("hot-row",)
SET = "third"

T = TypeVar("T")
UNBOUND = Bulkhead(running=10_000, queued=0, wait_seconds=1.0)

careful = Guard._placed
careful_run = Guard.run


async def placed(
    self: Guard, attempt: Callable[[], Awaitable[T]], deadline: Deadline, permit: object
) -> T:
    """One attempt; the request has its place already."""
    inner = Guard(retry=self.retry, room=self.room, bulkhead=UNBOUND, abandoned=self.abandoned)
    return await careful(inner, attempt, deadline, permit)  # type: ignore[arg-type] # a permit


async def run(
    self: Guard,
    attempt: Callable[[], Awaitable[T]],
    deadline: Deadline,
    terminate: Callable[[], None],
    *,
    idempotent: bool,
    patient: bool = True,
) -> T:
    """The reference's policies inside of one place."""
    async with self.bulkhead.place(deadline):
        return await careful_run(
            self, attempt, deadline, terminate, idempotent=idempotent, patient=patient
        )


def create_app() -> FastAPI:
    """The reference app with its policies in another order."""
    replace(Guard, "_placed", placed)
    replace(Guard, "run", run)
    return main.create_app()
