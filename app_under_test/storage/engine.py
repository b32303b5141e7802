"""One engine with one pool; every wait on the database is bounded.

Without ``command_timeout`` a silent peer holds a request for ever: running statements, the
rollback on return to the pool, even the first queries after login. No pre-ping: it costs a round
trip on each checkout, and hangs on a silent peer; a retry heals closed connections as well, since
the first disconnect makes SQLAlchemy replace every older one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from app_under_test.settings import Settings
from app_under_test.storage.translate import STALE, sqlstate

NAME = "orders"
"""What pg_stat_activity shows as application_name."""


class Lease:
    """The driver connection that a request holds now, so that it can be cut at the deadline."""

    def __init__(self) -> None:
        self._held: Any = None

    def hold(self, driver_connection: object) -> None:
        """Remember it."""
        self._held = driver_connection

    def drop(self) -> None:
        """It went back to the pool."""
        self._held = None

    def terminate(self) -> None:
        """Close the socket at once; whoever waits on it gets an error."""
        if self._held is not None:
            self._held.terminate()


def make_engine(settings: Settings) -> AsyncEngine:
    """The engine, not yet connected."""
    limits = settings.timeouts
    engine = create_async_engine(
        str(settings.database_url),
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=limits.pool_wait,
        connect_args={
            "timeout": limits.connect,
            "command_timeout": limits.command,
            "ssl": "sslmode" in str(settings.database_url),
            "server_settings": {
                "application_name": NAME,
                "statement_timeout": _milliseconds(limits.statement),
                "lock_timeout": _milliseconds(limits.statement),
                "idle_in_transaction_session_timeout": _milliseconds(limits.deadline * 2),
                "jit": "off",
            },
        },
    )
    event.listen(engine.sync_engine, "handle_error", _judge_connection)
    return engine


def _milliseconds(seconds: float) -> str:
    return str(int(seconds * 1000))


def _judge_connection(context: ExceptionContext) -> None:
    """Silence and demotion are disconnects too: replace the pool's connections, all of them."""
    error = context.original_exception
    if isinstance(error, TimeoutError) or sqlstate(error) in STALE:
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = True


@asynccontextmanager
async def connection(engine: AsyncEngine, lease: Lease) -> AsyncIterator[AsyncConnection]:
    """A pooled connection that ``lease`` can terminate."""
    async with engine.connect() as held:
        raw = await held.get_raw_connection()
        lease.hold(raw.driver_connection)
        try:
            yield held
        finally:
            lease.drop()


async def warm(engine: AsyncEngine, size: int) -> None:
    """Open the pool's connections before they are needed: in a slow network that takes seconds."""
    opened = await asyncio.gather(
        *(engine.connect().start() for _ in range(size)), return_exceptions=True
    )
    for held in opened:
        if isinstance(held, AsyncConnection):
            with suppress(Exception):
                await held.close()


async def dispose(engine: AsyncEngine, seconds: float) -> None:
    """Close the pool, but do not wait for a silent server."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await engine.dispose()
            return
    await engine.dispose(close=False)
