"""One small transaction in the words of each driver, and what it says about its connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

PATIENCE = 1.0
"""Seconds: asyncpg's command_timeout, which psycopg and psycopg2 do not have."""
INSERT = "INSERT INTO driver_faults VALUES (1)"


class DriverClient(Protocol):
    """A driver with at most one connection."""

    name: str

    async def connect(self, url: str) -> None:
        """Log in."""

    async def work(self) -> None:
        """A transaction with one statement, as the driver's documentation writes it."""

    def closed(self) -> bool:
        """Whether the driver says that the connection is closed."""

    async def close(self) -> None:
        """End the connection, whatever its state."""


class AsyncpgClient:
    """asyncpg."""

    name = "asyncpg"

    def __init__(self) -> None:
        self._connection: Any = None

    async def connect(self, url: str) -> None:
        """Log in."""
        import asyncpg  # noqa: PLC0415 - a driver may be missing

        self._connection = await asyncpg.connect(
            url, ssl=False, timeout=PATIENCE, command_timeout=PATIENCE
        )

    async def work(self) -> None:
        """A transaction with one statement."""
        async with self._connection.transaction():
            await self._connection.execute(INSERT)

    def closed(self) -> bool:
        """Whether it says so."""
        return bool(self._connection.is_closed())

    async def close(self) -> None:
        """End it."""
        if self._connection is not None:
            self._connection.terminate()


class PsycopgClient:
    """psycopg 3, async."""

    name = "psycopg 3"

    def __init__(self) -> None:
        self._connection: Any = None

    async def connect(self, url: str) -> None:
        """Log in."""
        import psycopg  # noqa: PLC0415 - a driver may be missing

        self._connection = await psycopg.AsyncConnection.connect(
            f"{url}?sslmode=disable&gssencmode=disable", connect_timeout=2, autocommit=True
        )

    async def work(self) -> None:
        """A transaction with one statement."""
        async with self._connection.transaction():
            await self._connection.execute(INSERT)

    def closed(self) -> bool:
        """Whether it says so."""
        return bool(self._connection.closed)

    async def close(self) -> None:
        """End it."""
        if self._connection is not None:
            await self._connection.close()


class Psycopg2Client:
    """psycopg2, in a thread."""

    name = "psycopg2"

    def __init__(self) -> None:
        self._connection: Any = None

    async def connect(self, url: str) -> None:
        """Log in."""
        psycopg2 = import_module("psycopg2")  # it has no types
        text = f"{url}?sslmode=disable&gssencmode=disable&connect_timeout=2"
        self._connection = await _in_thread(lambda: psycopg2.connect(text))

    async def work(self) -> None:
        """A transaction with one statement."""
        await _in_thread(self._work)

    def _work(self) -> None:
        with self._connection, self._connection.cursor() as cursor:
            cursor.execute(INSERT)

    def closed(self) -> bool:
        """Whether it says so."""
        return bool(self._connection.closed)

    async def close(self) -> None:
        """End it."""
        if self._connection is not None:
            await _in_thread(self._connection.close)


async def _in_thread(work: Callable[[], T]) -> T:
    return await asyncio.to_thread(work)


CLIENTS: tuple[type[DriverClient], ...] = (AsyncpgClient, PsycopgClient, Psycopg2Client)
