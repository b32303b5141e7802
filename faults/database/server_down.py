"""The server is down for the length of a block, and accepts connections again afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from faults.fault import Bite, Injection
from faults.ports import DatabaseProcess


@asynccontextmanager
async def server_down(
    database: DatabaseProcess, take_down: Callable[[], Awaitable[None]], *, bites: str
) -> AsyncIterator[Injection]:
    """Count the app's sessions, take the server down, and start it whatever happens."""
    sessions = await database.client_backends()

    async def bite() -> Bite:
        return Bite(count=sessions, what=bites)

    try:
        await take_down()
        yield Injection(bite)
    finally:
        await database.start()
