"""The server is down for the length of a block, and accepts connections again afterwards.

One at a time: a server that is being started cannot be taken down again, or nobody could tell
whether it came back. On a busy machine the second of two crashes waits until the first is healed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

from faults.fault import Bite, Injection
from faults.ports import DatabaseProcess

_turns: WeakKeyDictionary[DatabaseProcess, asyncio.Lock] = WeakKeyDictionary()


@asynccontextmanager
async def server_down(
    database: DatabaseProcess, take_down: Callable[[], Awaitable[None]], *, bites: str
) -> AsyncIterator[Injection]:
    """Count the app's sessions, take the server down, and start it whatever happens.

    An app that connects for each request may have no session: it bites those who come later.
    """
    async with _turns.setdefault(database, asyncio.Lock()):
        sessions = await database.client_backends()
        tried_before = await database.connection_attempts()

        async def bite() -> Bite:
            if sessions:
                return Bite(count=sessions, what=bites)
            tried = await database.connection_attempts() - tried_before
            return Bite(count=tried, what="connections refused")

        try:
            await take_down()
            yield Injection(bite)
        finally:
            await database.start()
