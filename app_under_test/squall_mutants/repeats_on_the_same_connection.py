"""A write takes its connection once, around the repeats; each attempt uses it again.

Mistake: the session is opened outside of the retry, "to save a checkout for each attempt".
Outage: sessions end, or a transaction has to be run again.
Symptom: each repeat fails as the first attempt did; 503 for what a repeat would have done.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TypeVar

from fastapi import FastAPI
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from squall_reference import main
from squall_reference.errors import Unreachable
from squall_reference.orders import service
from squall_reference.orders.service import OrderBook
from squall_reference.resilience.deadline import Deadline
from squall_reference.storage.engine import connection as storage_connection
from squall_reference.storage.lease import Lease

from squall_mutants.shared import replace

EXPOSED_BY = (
    "sessions-terminated",
    "database-fast-restart",
    "delayed-fin",
    "dropped-connections",
    "idle-session-killed",
)
SET = "ninth"
T = TypeVar("T")


@dataclass
class _Kept:
    stack: AsyncExitStack
    held: list[AsyncConnection] = field(default_factory=list)


kept: ContextVar[_Kept | None] = ContextVar("kept", default=None)
open_one = storage_connection
once = OrderBook._once


@asynccontextmanager
async def connection(engine: AsyncEngine, lease: Lease) -> AsyncIterator[AsyncConnection]:
    """Of this write, opened for its first attempt."""
    mine = kept.get()
    if mine is None:
        async with open_one(engine, lease) as held:
            yield held
        return
    if not mine.held:
        mine.held.append(await mine.stack.enter_async_context(open_one(engine, lease)))
    try:
        yield mine.held[0]
    except InvalidRequestError as error:
        raise Unreachable from error


async def _once(
    self: OrderBook, work: Callable[[], Awaitable[T]], deadline: Deadline, lease: Lease
) -> T:
    async with AsyncExitStack() as stack:
        token = kept.set(_Kept(stack))
        try:
            return await once(self, work, deadline, lease)
        finally:
            kept.reset(token)


def create_app() -> FastAPI:
    """The reference app with one connection for all attempts of a write."""
    replace(service, "connection", connection)
    replace(OrderBook, "_once", _once)
    return main.create_app()
