"""A request that is refused counts as a failure of the database.

Mistake: the circuit breaker counts every exception.
Outage: clients repeat requests that are still under way, and get 409.
Symptom: healthy requests are refused.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Rejected
from squall_reference.resilience.circuit_breaker import Permit
from squall_reference.resilience.deadline import Deadline
from squall_reference.resilience.guard import Guard

from squall_mutants.shared import replace

EXPOSED_BY = ("callers-ask-for-nothing",)
SET = "third"

T = TypeVar("T")

careful = Guard._placed


async def placed(
    self: Guard, attempt: Callable[[], Awaitable[T]], deadline: Deadline, permit: Permit
) -> T:
    """The reference's attempt; a refusal is a failure."""

    async def counted() -> T:
        try:
            return await attempt()
        except Rejected:
            permit.failed()
            raise

    return await careful(self, counted, deadline, permit)


def create_app() -> FastAPI:
    """The reference app with a suspicious circuit."""
    replace(Guard, "_placed", placed)
    return main.create_app()
