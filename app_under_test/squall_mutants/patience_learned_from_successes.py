"""A write may take ten times what the successful ones took lately.

Mistake: what is cut teaches nothing, so that a slow time is never learned.
Outage: everything is slower.
Symptom: all writes are cut, and each cut costs a connection.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders.service import OrderBook
from squall_reference.storage.lease import Lease

from squall_mutants.shared import replace

EXPOSED_BY = (
    "slow-network",
    "pool-exhausted-by-slow-queries",
    "network-slower-than-the-deadline",
    "slow-commits",
    "slow-writes",
)
SET = "twelfth"
T = TypeVar("T")
TIMES = 10.0
LEAST_SECONDS = 0.15
WEIGHT = 0.1
careful = OrderBook._written


class Patience:
    """Learned from what went well."""

    usual: float | None = None

    @classmethod
    def learn(cls, seconds: float) -> None:
        """A write went well in this time."""
        before = seconds if cls.usual is None else cls.usual
        cls.usual = before + WEIGHT * (seconds - before)


async def _written(
    self: OrderBook, work: Callable[[AsyncConnection], Awaitable[T]], lease: Lease
) -> T:
    if Patience.usual is not None:
        learned = max(LEAST_SECONDS, TIMES * Patience.usual)
        lease._seconds = min(learned, self._limits.hold)
    began = time.monotonic()
    result = await careful(self, work, lease)
    Patience.learn(time.monotonic() - began)
    return result


def create_app() -> FastAPI:
    """The reference app that learns how long writes take."""
    replace(OrderBook, "_written", _written)
    return main.create_app()
