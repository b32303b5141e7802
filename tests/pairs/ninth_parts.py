"""What several pairs of the ninth set share: addresses, refusals, and waits that end."""

from __future__ import annotations

import asyncio
import os
import select
import socket
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

import psycopg2  # type: ignore[import-untyped]
from fastapi import FastAPI
from psycopg2 import extensions
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.pairs.shop import unavailable

T = TypeVar("T")
URL = os.environ.get("DATABASE_URL", "postgresql://app@127.0.0.1:1/app")
BARE = "postgresql://" + URL.partition("://")[2]
LIMIT = 0.8
LIMITS = f"-c statement_timeout={int(LIMIT * 1000)} -c lock_timeout=500"


def address(driver: str) -> str:
    """The lab's address for SQLAlchemy."""
    return f"postgresql+{driver}://" + URL.partition("://")[2]


async def create_tables(engine: AsyncEngine, statements: Iterable[str]) -> None:
    """In one transaction."""
    async with engine.begin() as held:
        for statement in statements:
            await held.execute(text(statement))


def refuse(app: FastAPI, *kinds: type[Exception]) -> None:
    """503 with Retry-After for these errors."""
    for kind in kinds:
        app.add_exception_handler(kind, unavailable)


def wait_in_time(connection: Any) -> None:
    """Of psycopg2, which has no time-out of its own: no wait longer than the limit."""
    end = time.monotonic() + LIMIT
    while (state := connection.poll()) != extensions.POLL_OK:
        reads = [connection.fileno()] if state == extensions.POLL_READ else []
        writes = [connection.fileno()] if state == extensions.POLL_WRITE else []
        ready = select.select(reads, writes, [], max(0.0, end - time.monotonic()))
        if not (ready[0] or ready[1]):
            raise psycopg2.OperationalError("no answer in time")


def cut(connection: Any) -> None:
    """End the wait of a psycopg connection at once, without a word to the server."""
    with socket.socket(fileno=os.dup(connection.fileno())) as its:
        its.shutdown(socket.SHUT_RDWR)


async def bounded(pool: Any, ask: Callable[[Any], Awaitable[T]], seconds: float = LIMIT) -> T:
    """What ``ask`` gives with a connection of psycopg's pool, or TimeoutError in time."""
    held: list[Any] = []

    async def work() -> T:
        async with pool.connection(timeout=seconds) as connection:
            held.append(connection)
            try:
                return await ask(connection)
            finally:
                held.clear()

    task = asyncio.ensure_future(work())
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if done:
        return task.result()
    for connection in held:
        cut(connection)
    task.cancel()
    task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    raise TimeoutError
