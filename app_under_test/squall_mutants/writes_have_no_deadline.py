"""Reads are bounded, writes are not.

Mistake: "a write must not be given up": it is done until it works.
Outage: the database stops responding without closing a connection.
Symptom: whoever orders waits as long as the outage lasts.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI
from squall_reference import main
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline, deadline_in
from squall_reference.storage.lease import Lease

from squall_mutants.shared import replace

EXPOSED_BY = ("silent-network", "slow-conflicts")
CAUGHT_BY = ("answered-in-time",)
SET = "second"

SECONDS = 30.0

careful = OrderBook._once


async def once(
    self: OrderBook, work: Callable[[], Awaitable[Any]], _deadline: Deadline, lease: Lease
) -> Any:  # noqa: ANN401 - whatever the work gives
    """The result, whenever it comes."""
    return await careful(self, work, deadline_in(SECONDS), lease)


def create_app() -> FastAPI:
    """The reference app with patience for writes."""
    replace(OrderBook, "_once", once)
    return main.create_app()
