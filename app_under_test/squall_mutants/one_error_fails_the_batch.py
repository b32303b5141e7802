"""Orders of five milliseconds share one transaction; an error of one is everybody's.

Mistake: a group commit without a second try for each member.
Outage: single statements fail.
Symptom: one conflict refuses many.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.errors import DeadlineExceeded, ServiceError
from squall_reference.orders import repository
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline
from squall_reference.storage.lease import Lease

from squall_mutants.shared import replace

EXPOSED_BY = ("statements-cancelled", "deadlocks", "serialization-failures")
SET = "sixth"

TOGETHER_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Job:
    """An order to place, and who waits for it."""

    wanted: OrderRequest
    key: str
    placed: asyncio.Future[Placed]


WAITING: list[Job] = []
TASKS: set[asyncio.Task[None]] = set()


async def write(book: OrderBook, deadline: Deadline) -> None:
    """All that came together, in the order of their items."""
    await asyncio.sleep(TOGETHER_SECONDS)
    jobs = sorted(WAITING, key=lambda job: job.wanted.item_id)
    WAITING.clear()
    lease = Lease(book._limits.hold)

    async def work(held: AsyncConnection) -> list[Placed]:
        return [await repository.place(held, job.wanted, job.key) for job in jobs]

    try:
        done = await book._once(lambda: book._written(work, lease), deadline, lease)
    except ServiceError as error:
        for job in jobs:
            if not job.placed.done():
                job.placed.set_exception(type(error)(error.sqlstate))
    else:
        for job, placed in zip(jobs, done, strict=True):
            if not job.placed.done():
                job.placed.set_result(placed)


async def place(self: OrderBook, wanted: OrderRequest, key: str, deadline: Deadline) -> Placed:
    """With the next batch."""
    job = Job(wanted, key, asyncio.get_running_loop().create_future())
    WAITING.append(job)
    if len(WAITING) == 1:
        task = asyncio.create_task(write(self, deadline))
        TASKS.add(task)
        task.add_done_callback(TASKS.discard)
    try:
        async with asyncio.timeout(max(0.0, deadline.remaining())):
            return await job.placed
    except TimeoutError:
        raise DeadlineExceeded from None


def create_app() -> FastAPI:
    """The reference app with a group commit."""
    replace(OrderBook, "place", place)
    return main.create_app()
