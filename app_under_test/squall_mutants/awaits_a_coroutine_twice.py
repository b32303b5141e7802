"""What repeats is given a coroutine, and not a function that makes one for each attempt.

Mistake: a coroutine can be awaited once.
Outage: any that one repeat would mend.
Symptom: 500 for what the second attempt would have done.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import FastAPI
from squall_reference import main
from squall_reference.resilience.deadline import Deadline
from squall_reference.resilience.retry import RetryPolicy

from squall_mutants.shared import replace

EXPOSED_BY = (
    "serialization-failures",
    "deadlocks",
    "sessions-terminated",
    "commit-refused",
)
SET = "twelfth"
T = TypeVar("T")
careful = RetryPolicy.run


async def run(
    self: RetryPolicy, work: Callable[[], Awaitable[T]], deadline: Deadline, *, idempotent: bool
) -> T:
    """The reference's policy, with the same work for each attempt."""
    coroutine = work()

    async def attempt() -> T:
        return await coroutine

    return await careful(self, attempt, deadline, idempotent=idempotent)


def create_app() -> FastAPI:
    """The reference app that repeats a coroutine."""
    replace(RetryPolicy, "run", run)
    return main.create_app()
