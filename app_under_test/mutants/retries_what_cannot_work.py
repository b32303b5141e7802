"""Every error is repeated, also those that no repeat can mend.

Mistake: ``except Exception`` around the attempt: a wrong password is tried like a lost packet.
Outage: the password was changed.
Symptom: logins fail by the hundred; accounts are locked, and the server's log is flooded.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import FastAPI

from app_under_test import main
from app_under_test.errors import ServiceError, Transient
from app_under_test.mutants.shared import replace
from app_under_test.resilience.deadline import Deadline
from app_under_test.resilience.retry import RetryPolicy

EXPOSED_BY = ("password-changed",)
CAUGHT_BY = ("retry-storm",)


T = TypeVar("T")

careful = RetryPolicy.run


async def run(
    self: RetryPolicy, work: Callable[[], Awaitable[T]], deadline: Deadline, *, idempotent: bool
) -> T:
    """Repeat it until the deadline, whatever it was."""
    while True:
        try:
            return await careful(self, work, deadline, idempotent=idempotent)
        except ServiceError:
            if deadline.remaining() < self.least_work:
                raise Transient from None


def create_app() -> FastAPI:
    """The reference app that never gives up."""
    replace(RetryPolicy, "run", run)
    return main.create_app()
