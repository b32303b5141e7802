"""Of several attempts the last one's error is told.

Mistake: "nothing was changed" is true of the last attempt only.
Outage: the answer to a COMMIT is lost, and the repeat cannot reach the database.
Symptom: refused with 503, and done.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import DeadlineExceeded
from squall_reference.resilience.deadline import Deadline
from squall_reference.resilience.retry import RetryPolicy

from squall_mutants.shared import replace

EXPOSED_BY = (
    "commit-reply-lost-in-an-outage",
    "callers-retry-what-failed",
    "database-crash-restart",
    "dropped-connections",
    "failover-sync",
)
SET = "twelfth"
T = TypeVar("T")


async def run(
    self: RetryPolicy, work: Callable[[], Awaitable[T]], deadline: Deadline, *, idempotent: bool
) -> T:
    """The first success; else the last error."""
    self.budget.deposit()

    async def attempt() -> T:
        if deadline.remaining() <= self.least_work:
            raise DeadlineExceeded
        return await work()

    return await self._repeated(attempt, deadline, idempotent=idempotent)


def create_app() -> FastAPI:
    """The reference app that tells its last error."""
    replace(RetryPolicy, "run", run)
    return main.create_app()
