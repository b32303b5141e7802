"""The first attempt's lock is taken for another caller's.

Mistake: "409, this key is being worked on", though it was this very request that did.
Outage: COMMITs are lost on their way, and the server has not noticed yet that its client is gone.
Symptom: callers are sent away with a conflict that is none.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import FastAPI

from app_under_test import main
from app_under_test.mutants.shared import replace
from app_under_test.orders.service import OrderBook
from app_under_test.resilience.deadline import Deadline
from app_under_test.storage.lease import Lease

EXPOSED_BY = ("commit-lost-on-its-way",)
CAUGHT_BY = ("availability",)


T = TypeVar("T")


async def once(
    self: OrderBook, work: Callable[[], Awaitable[T]], deadline: Deadline, lease: Lease
) -> T:
    """Idempotent work, and whoever holds the key is somebody else."""
    return await self._guard.run(work, deadline, lease.terminate, idempotent=True)


def create_app() -> FastAPI:
    """The reference app that does not know itself."""
    replace(OrderBook, "_once", once)
    return main.create_app()
