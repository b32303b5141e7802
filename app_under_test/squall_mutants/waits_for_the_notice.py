"""A request waits until the worker has done its job.

Mistake: the answer should say that the notice is sent.
Outage: the worker stands still for longer than a request's deadline.
Symptom: requests are answered late.
"""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from squall_reference import main
from squall_reference.orders.service import OrderBook, Query
from squall_reference.resilience.deadline import Deadline, deadline_in
from squall_reference.services.parcels import Sent

from squall_mutants.shared import replace

SET = "services"
EXPOSED_BY = ("worker-frozen", "worker-redeployed")
CAUGHT_BY = ("answered-in-time",)

TOLD = text("SELECT count(*) FROM notices WHERE parcel_id = :id")
careful = OrderBook.once


async def and_told(self: OrderBook, work: Query[Sent], deadline: Deadline) -> Sent:
    """Done is done."""
    sent = await careful(self, work, deadline)

    async def is_told(held: AsyncConnection) -> bool:
        return bool((await held.execute(TOLD, {"id": sent.parcel.id})).scalar_one())

    while not await self.read(is_told, deadline_in(1.0)):  # noqa: ASYNC110 - its mistake
        await asyncio.sleep(0.1)
    return sent


def create_app() -> FastAPI:
    """The reference app that waits for its worker."""
    replace(OrderBook, "once", and_told)
    return main.create_app()
