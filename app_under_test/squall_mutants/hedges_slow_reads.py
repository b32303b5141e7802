"""A read without an answer after 30 ms is sent a second and a third time beside it.

Mistake: hedged requests without a limit on their share; the slower ones are left running.
Outage: every answer of the database is late.
Symptom: a slow database gets three times the work.
"""

from __future__ import annotations

import asyncio
from typing import TypeVar

from fastapi import FastAPI
from squall_reference import main
from squall_reference.orders.service import OrderBook, Query
from squall_reference.resilience.deadline import Deadline

from squall_mutants.shared import replace

EXPOSED_BY = ("slow-network", "hot-statement-hangs")
SET = "fifth"

T = TypeVar("T")
AFTER_SECONDS = 0.03
MOST = 3

careful = OrderBook.read


def _heard(task: asyncio.Task[T]) -> None:
    if not task.cancelled():
        task.exception()


async def read(self: OrderBook, query: Query[T], deadline: Deadline, *, patient: bool = True) -> T:
    """Whichever is the first."""
    tasks: list[asyncio.Task[T]] = []
    done: set[asyncio.Task[T]] = set()
    while not done:
        if len(tasks) < MOST:
            tasks.append(asyncio.create_task(careful(self, query, deadline, patient=patient)))
            tasks[-1].add_done_callback(_heard)
        wait = AFTER_SECONDS if len(tasks) < MOST else None
        done, _ = await asyncio.wait(tasks, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
    return done.pop().result()


def create_app() -> FastAPI:
    """The reference app that asks again and again."""
    replace(OrderBook, "read", read)
    return main.create_app()
