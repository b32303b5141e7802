"""Reads of items are gathered for a moment, and handed to their callers by position.

Mistake: what failed or was not found is left out, and the rest moves up.
Outage: one of several statements fails, or one of several items does not exist.
Symptom: 200 with another item than the one that was asked for.
"""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import FastAPI, Response
from squall_reference.api.deps import Desk, DeskDep, Number
from squall_reference.errors import ServiceError, Transient
from squall_reference.orders import repository
from squall_reference.orders.model import Item

from squall_mutants.shared.routes import app_that_reads

EXPOSED_BY = (
    "any-statement-cancelled",
    "statements-cancelled",
    "callers-ask-for-nothing",
    "sessions-terminated",
    "overload",
)
SET = "tenth"
MOMENT_SECONDS = 0.02

waiting: list[tuple[int, Desk, asyncio.Future[Item]]] = []
tasks: set[asyncio.Task[None]] = set()


async def _one(number: int, desk: Desk) -> Item:
    async def query(held: Any) -> list[Item]:  # noqa: ANN401 - SQLAlchemy's
        return [await repository.item(held, number)]

    patient = not desk.copies.has(str(number))
    (item,) = await desk.book.read(query, desk.deadline, patient=patient)
    return item


async def _answer() -> None:
    await asyncio.sleep(MOMENT_SECONDS)
    batch = waiting[:]
    waiting.clear()
    asked = (_one(number, desk) for number, desk, _ in batch)
    results = await asyncio.gather(*asked, return_exceptions=True)
    found = [result for result in results if isinstance(result, Item)]
    lost = next((r for r in results if isinstance(r, ServiceError)), Transient())
    for place, (_, _, answer) in enumerate(batch):
        if answer.done():
            continue
        if place < len(found):
            answer.set_result(found[place])
        else:
            answer.set_exception(lost)


async def load(number: int, desk: Desk) -> Item:
    """One item, read together with others."""
    answer: asyncio.Future[Item] = asyncio.get_running_loop().create_future()
    if not waiting:
        task = asyncio.create_task(_answer())
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    waiting.append((number, desk, answer))
    return await answer


async def read_item(number: Number, desk: DeskDep, response: Response) -> Item:
    """From a batch; from the last copy while the database is out."""
    try:
        item = await load(number, desk)
    except Transient:
        copy = await desk.copies.recall(str(number))
        if copy is None:
            raise
        response.headers.update(copy.headers)
        (item,) = copy.value
        return item
    await desk.copies.keep(str(number), [item])
    return item


def create_app() -> FastAPI:
    """The reference app with batches."""
    return app_that_reads("/items/{number}", read_item)
