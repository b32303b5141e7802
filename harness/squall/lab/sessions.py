"""Sessions on the real server for faults, not through a proxy."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import asyncpg
from squall_faults.errors import InjectionFailed

NAME = "squall-fault"
CONNECT_SECONDS = 2.0
CALL_SECONDS = 5.0
AGAIN_SECONDS = 0.01

BROKEN = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


def tls_of(url: str) -> bool | None:
    """What asyncpg is told: None, which leaves it to ``sslmode`` in the address; else no TLS."""
    return None if "sslmode=" in url else False


def _failed(sql: str, error: Exception) -> InjectionFailed:
    """The server's reason first: a statement may be long, and have several lines."""
    reason = str(error) or type(error).__name__
    return InjectionFailed(f"{reason}; the statement was: {' '.join(sql.split())}")


class DirectSession:
    """Implements ``squall_faults.ports.DatabaseSession``."""

    def __init__(self, connection: Any) -> None:  # noqa: ANN401 - asyncpg ships no types
        self._connection = connection

    async def execute(self, sql: str) -> None:
        """Run one or more statements. InjectionFailed has the server's error."""
        try:
            await self._connection.execute(sql)
        except BROKEN as error:
            raise _failed(sql, error) from error

    async def values(self, sql: str) -> Sequence[Any]:
        """The first column of a query's result. InjectionFailed has the server's error."""
        try:
            rows = await self._connection.fetch(sql)
        except BROKEN as error:
            raise _failed(sql, error) from error
        return [row[0] for row in rows]


Session = AbstractAsyncContextManager[DirectSession]


@asynccontextmanager
async def session(url: str, wait_seconds: float) -> AsyncIterator[DirectSession]:
    """A session for the length of a block. It is closed at once, whatever its state.

    ``wait_seconds`` is how long a server without a free place is asked again.

    Raises:
        InjectionFailed: the server does not accept a session.
    """
    try:
        connection = await _connect(url, wait_seconds)
    except BROKEN as error:
        raise InjectionFailed(f"no session for a fault: {error}") from error
    try:
        yield DirectSession(connection)
    finally:
        connection.terminate()


async def _connect(url: str, wait_seconds: float) -> Any:  # noqa: ANN401 - asyncpg ships no types
    loop = asyncio.get_running_loop()
    give_up = loop.time() + wait_seconds
    while True:
        try:
            return await asyncpg.connect(
                url,
                timeout=CONNECT_SECONDS,
                command_timeout=CALL_SECONDS,
                ssl=tls_of(url),
                statement_cache_size=0,
                server_settings={"application_name": NAME},
            )
        except asyncpg.TooManyConnectionsError:
            if loop.time() >= give_up:
                raise
        await asyncio.sleep(AGAIN_SECONDS)
