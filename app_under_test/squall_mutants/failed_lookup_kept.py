"""Reads of the same thing share one task, and a task that failed stays for all who come later.

Mistake: the task is taken out of the table after its result was used, and an error skips that.
Outage: any in which reads fail.
Symptom: what was asked for in the outage fails, or comes from an old copy, until a restart.
"""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import FastAPI
from squall_reference import main
from squall_reference.orders.service import OrderBook, Query, T
from squall_reference.resilience.deadline import Deadline

from squall_mutants.shared import replace

EXPOSED_BY = (
    "database-crash-restart",
    "unreachable-host",
    "silent-network",
    "statements-cancelled",
    "rows-cannot-be-read-back",
)
SET = "eighth"

careful = OrderBook.read
shared: dict[object, asyncio.Task[Any]] = {}


async def read(self: OrderBook, query: Query[T], deadline: Deadline, *, patient: bool = True) -> T:
    """Asked once for all who want it now."""
    asked = tuple(
        value for cell in query.__closure__ or () if isinstance(value := cell.cell_contents, int)
    )
    key = (query.__qualname__, asked)
    if key not in shared:
        shared[key] = asyncio.ensure_future(careful(self, query, deadline, patient=patient))
    found: T = await asyncio.shield(shared[key])
    shared.pop(key, None)
    return found


def create_app() -> FastAPI:
    """The reference app with shared reads."""
    replace(OrderBook, "read", read)
    return main.create_app()
