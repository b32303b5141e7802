"""The caller is refused, and the work goes on.

Mistake: ``asyncio.wait(..., timeout=…)`` ends the wait, and not the work.
Outage: the replies to COMMIT are delayed.
Symptom: 503 "nothing was changed" for an order that exists.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Overloaded
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline
from squall_reference.storage.lease import Lease

from squall_mutants.shared import replace

EXPOSED_BY = ("commit-reply-held",)
CAUGHT_BY = ("refused-write-absent",)
SET = "second"

SECONDS = 0.4
TASKS: set[asyncio.Future[Any]] = set()

careful = OrderBook._once


async def once(
    self: OrderBook, work: Callable[[], Awaitable[Any]], deadline: Deadline, lease: Lease
) -> Any:  # noqa: ANN401 - whatever the work gives
    """The result, if it comes soon."""
    task = asyncio.ensure_future(careful(self, work, deadline, lease))
    TASKS.add(task)
    task.add_done_callback(TASKS.discard)
    await asyncio.wait({task}, timeout=SECONDS)
    if not task.done():
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        raise Overloaded
    return task.result()


def create_app() -> FastAPI:
    """The reference app that is impatient."""
    replace(OrderBook, "_once", once)
    return main.create_app()
