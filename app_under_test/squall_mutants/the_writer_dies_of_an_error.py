"""One task does all writes; an error that it does not know ends it.

Mistake: the loop handles the errors that were thought of, and nobody watches the task.
Outage: the replies to COMMIT are delayed for longer than a request may take.
Symptom: no write is done any more, also long after the heal.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import DeadlineExceeded, Rejected, Transient
from squall_reference.orders.model import OrderRequest
from squall_reference.orders.repository import Placed
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline

from squall_mutants.shared import replace

EXPOSED_BY = ("commit-reply-held", "commit-reply-lost")
SET = "fifth"

careful = OrderBook.place


@dataclass(frozen=True, slots=True)
class Job:
    """An order to place, and who waits for it."""

    wanted: OrderRequest
    key: str
    deadline: Deadline
    placed: asyncio.Future[Placed]


JOBS: asyncio.Queue[Job] = asyncio.Queue()
WRITERS: list[asyncio.Task[None]] = []


async def write(book: OrderBook) -> None:
    """One after another."""
    while True:
        job = await JOBS.get()
        try:
            done = await careful(book, job.wanted, job.key, job.deadline)
        except (Rejected, Transient) as error:
            if not job.placed.done():
                job.placed.set_exception(error)
        else:
            if not job.placed.done():
                job.placed.set_result(done)


async def place(self: OrderBook, wanted: OrderRequest, key: str, deadline: Deadline) -> Placed:
    """Give it to the writer."""
    if not WRITERS:
        WRITERS.append(asyncio.create_task(write(self)))
    placed: asyncio.Future[Placed] = asyncio.get_running_loop().create_future()
    JOBS.put_nowait(Job(wanted, key, deadline, placed))
    try:
        async with asyncio.timeout(max(0.0, deadline.remaining())):
            return await placed
    except TimeoutError:
        raise DeadlineExceeded from None


def create_app() -> FastAPI:
    """The reference app with one writer."""
    replace(OrderBook, "place", place)
    return main.create_app()
