"""One engine with one pool; every wait on the database is bounded.

Without ``command_timeout`` a silent peer holds a request for ever: running statements, the
rollback on return to the pool, even the first queries after login. No pre-ping: it costs a round
trip on each checkout, and hangs on a silent peer; a retry heals closed connections as well, since
the first disconnect makes SQLAlchemy replace every older one.

Last in, first out: after an outage the pool holds dead connections, and the usual order would
visit each of them, and log in again for each, before it used one that works a second time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from sqlalchemy import URL, event, make_url
from sqlalchemy.engine.interfaces import ExceptionContext, IsolationLevel
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import PoolProxiedConnection

from squall_reference.resilience.timeouts import Timeouts
from squall_reference.settings import Settings
from squall_reference.storage.lease import Lease
from squall_reference.storage.session_state import is_out_of_step
from squall_reference.storage.sockets import Sockets
from squall_reference.storage.translate import STALE, sqlstate

__all__ = [
    "NAME",
    "TRANSACTION",
    "Database",
    "Lease",
    "address",
    "connection",
    "limit_statements",
    "milliseconds",
]

NAME = "orders"
"""What pg_stat_activity shows as application_name."""

TRANSACTION: IsolationLevel = "READ COMMITTED"

LEASE = "lease"
STATEMENT_MS = "statement_timeout"
"""What a pooled connection carries with it, in SQLAlchemy's ``info``."""


class Database:
    """An engine, not yet connected, and its sockets.

    Args:
        size: connections, if not as many as the requests' own pool has.
        command_seconds: patience with each statement, if it is not a request's.
        isolation: of each connection; with AUTOCOMMIT a read is one round trip, where else it is
            three, and code that wants a transaction asks for :data:`TRANSACTION`.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        size: int | None = None,
        command_seconds: float | None = None,
        isolation: IsolationLevel = TRANSACTION,
    ) -> None:
        limits = settings.timeouts
        url, encryption = address(str(settings.database_url))
        self.sockets = Sockets(limits.kernel)
        self.engine = create_async_engine(
            url,
            pool_size=size or settings.pool_size,
            max_overflow=0,
            pool_use_lifo=True,
            isolation_level=isolation,
            pool_timeout=limits.pool_wait,
            connect_args={
                "timeout": limits.connect,
                "command_timeout": command_seconds or limits.command,
                "ssl": encryption,
                "server_settings": _server_settings(limits),
            },
        )
        self._listen()

    def _listen(self) -> None:
        engine = self.engine.sync_engine
        event.listen(engine, "connect", self.sockets.connected)
        event.listen(engine, "checkout", self.sockets.checked_out)
        event.listen(engine, "checkin", self.sockets.checked_in)
        event.listen(engine, "checkin", _returned)
        event.listen(engine, "handle_error", self._judge)

    def _judge(self, context: ExceptionContext) -> None:
        """Silence and demotion are disconnects too: replace the pool's connections, all of them.

        Unless this one was cut because its caller had no more time: that says nothing of others.
        """
        error = context.original_exception
        if isinstance(error, TimeoutError) or sqlstate(error) in STALE:
            context.is_disconnect = True
            context.invalidate_pool_on_disconnect = True
        held = context.connection
        if held is None or held.closed or held.invalidated:
            return
        lease = held.info.get(LEASE)
        if lease is not None and lease.cut_by_caller:
            context.invalidate_pool_on_disconnect = False
        elif context.is_disconnect:
            self.sockets.give_up(held.connection.driver_connection)
        elif is_out_of_step(held.connection.dbapi_connection, context.statement, sqlstate(error)):
            context.is_disconnect = True
            context.invalidate_pool_on_disconnect = False

    async def warm(self) -> None:
        """Open the pool's connections before they are needed: far away that takes seconds."""
        size: int = self.engine.pool.size()  # type: ignore[attr-defined] # a queue pool has it
        starting = (self.engine.connect().start() for _ in range(size))
        for held in await asyncio.gather(*starting, return_exceptions=True):
            if isinstance(held, AsyncConnection):
                with suppress(Exception):
                    await held.close()

    async def dispose(self, seconds: float) -> None:
        """Close the pool; what a silent server does not let end in time is aborted."""
        disposing = asyncio.ensure_future(self.engine.dispose())
        await asyncio.wait({disposing}, timeout=seconds)
        self.sockets.abort()
        with suppress(Exception):
            await disposing


def address(url: str) -> tuple[URL, str | bool]:
    """The address, and how to encrypt: as ``sslmode`` says, which asyncpg does not know; else not.

    Never ``prefer``, asyncpg's default: it falls back to plain text when TLS fails.
    """
    parsed = make_url(url)
    mode = parsed.query.get("sslmode")
    return parsed.difference_update_query(["sslmode"]), mode if isinstance(mode, str) else False


def _server_settings(limits: Timeouts) -> dict[str, str]:
    return {
        "application_name": NAME,
        "statement_timeout": str(milliseconds(limits.statement)),
        "lock_timeout": str(milliseconds(limits.lock)),
        # Nobody thinks inside of a transaction: after this time its client has gone.
        "idle_in_transaction_session_timeout": str(milliseconds(limits.hold)),
        "jit": "off",
    }


def milliseconds(seconds: float) -> int:
    """As PostgreSQL wants them; 0 would mean "no limit"."""
    return max(1, int(seconds * 1000))


def _returned(_connection: object, record: Any) -> None:  # noqa: ANN401 - SQLAlchemy's pool record
    lease = record.info.pop(LEASE, None)
    if lease is not None:
        lease.drop()


@asynccontextmanager
async def connection(engine: AsyncEngine, lease: Lease) -> AsyncIterator[AsyncConnection]:
    """A pooled connection that ``lease`` can cut, from here until it is back in the pool."""
    async with engine.connect() as held:
        raw = _raw(held)
        raw.info[LEASE] = lease
        driver: Any = raw.driver_connection
        lease.hold(driver)
        yield held


def _raw(held: AsyncConnection) -> PoolProxiedConnection:
    """The pool's own, without a switch of greenlets: it is there already."""
    if held.sync_connection is None:
        raise RuntimeError("the connection was not started")
    return held.sync_connection.connection


async def limit_statements(
    held: AsyncConnection, left: float, default: float, *, transaction: bool
) -> None:
    """Have the server cancel what the caller would not wait for.

    The connection's own limit is the layer's. Only when less time is left does it cost a round
    trip to lower it; outside of a transaction it stays, and the next request may have to raise it.

    Args:
        held: inside of a transaction or in autocommit.
        left: seconds until the deadline.
        default: the layer.
        transaction: which of the two.
    """
    raw = _raw(held)
    wanted = _rounded(min(default, left), default)
    if raw.info.get(STATEMENT_MS, milliseconds(default)) == wanted:
        return
    local = "LOCAL " if transaction else ""
    await held.exec_driver_sql(f"SET {local}statement_timeout = {wanted}")
    if not transaction:
        raw.info[STATEMENT_MS] = wanted


def _rounded(seconds: float, default: float) -> int:
    """Down to a quarter of the layer: few different values, few round trips."""
    quarters = max(1, int(4 * seconds / default))
    return milliseconds(default * quarters / 4)
