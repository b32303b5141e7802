"""A server is down for the length of a block, and accepts connections again afterwards.

One at a time: a server that is being started cannot be taken down again, or it would be unclear
whether it came back. On a busy machine the second of two crashes waits until the first is healed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol
from weakref import WeakKeyDictionary

from squall_faults.fault import Bite, Injection
from squall_faults.lapse import back_early


class StartedServer(Protocol):
    """What of a server is needed to bring it back."""

    async def start(self) -> None:
        """Start the server if it is not running; returns once it accepts connections."""

    async def accepts(self) -> bool:
        """Whether it lets a client in now."""


_turns: WeakKeyDictionary[StartedServer, asyncio.Lock] = WeakKeyDictionary()


@asynccontextmanager
async def server_down(
    server: StartedServer,
    take_down: Callable[[], Awaitable[None]],
    hit: Callable[[], Awaitable[Callable[[], Awaitable[Bite]]]],
) -> AsyncIterator[Injection]:
    """Count whom it hits, take the server down, and start it whatever happens."""
    async with _turns.setdefault(server, asyncio.Lock()):
        bite = await hit()
        try:
            await take_down()
            yield Injection(bite, back_early(server.accepts, "the server is up again"))
        finally:
            await server.start()
