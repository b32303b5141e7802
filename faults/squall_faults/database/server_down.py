"""The server is down for the length of a block, and accepts connections again afterwards.

One at a time: a server that is being started cannot be taken down again, or it would be unclear
whether it came back. On a busy machine the second of two crashes waits until the first is healed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

from squall_faults.fault import Injection
from squall_faults.lapse import back_early
from squall_faults.ports import DatabaseProcess
from squall_faults.wait_for_connection import sessions_hit

_turns: WeakKeyDictionary[DatabaseProcess, asyncio.Lock] = WeakKeyDictionary()


@asynccontextmanager
async def server_down(
    database: DatabaseProcess, take_down: Callable[[], Awaitable[None]], *, bites: str
) -> AsyncIterator[Injection]:
    """Count the app's sessions, take the server down, and start it whatever happens."""
    async with _turns.setdefault(database, asyncio.Lock()):
        bite = await sessions_hit(database, bites, later="connections refused")
        try:
            await take_down()
            yield Injection(bite, back_early(database.accepts, "the server is up again"))
        finally:
            await database.start()
