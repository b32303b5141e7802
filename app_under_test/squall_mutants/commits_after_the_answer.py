"""The commit comes after the answer.

Mistake: the transaction is committed by a dependency's clean-up, which FastAPI runs when the answer
is on its way (since 0.106).
Outage: COMMITs are lost on their way.
Symptom: 201, and no order.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress
from typing import TypeVar

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncTransaction
from squall_reference import main
from squall_reference.orders.service import OrderBook, Query
from squall_reference.storage.engine import TRANSACTION, Lease, connection
from squall_reference.storage.translate import translate_errors

from squall_mutants.shared import replace

EXPOSED_BY = ("commit-lost-in-transit",)
CAUGHT_BY = ("no-acknowledged-write-lost",)


T = TypeVar("T")
TASKS: set[asyncio.Task[None]] = set()


async def written(self: OrderBook, work: Query[T], _lease: Lease) -> T:
    """Answer first, commit later."""
    with translate_errors():
        async with AsyncExitStack() as stack:
            held = await stack.enter_async_context(connection(self._engine, Lease()))
            await held.execution_options(isolation_level=TRANSACTION)
            transaction = await held.begin()
            result = await work(held)
            task = asyncio.create_task(_finished(transaction, stack.pop_all()))
    TASKS.add(task)
    task.add_done_callback(TASKS.discard)
    return result


async def _finished(transaction: AsyncTransaction, stack: AsyncExitStack) -> None:
    with suppress(Exception):
        async with stack:
            await transaction.commit()


def create_app() -> FastAPI:
    """The reference app that answers too early."""
    replace(OrderBook, "_written", written)
    return main.create_app()
