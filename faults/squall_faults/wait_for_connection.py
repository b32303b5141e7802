"""What ends connections must meet one, or count who comes later: else it would prove nothing.

An app that connects for each request has none at most moments. A pool always has some: there it
strikes at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from squall_faults.fault import Bite
from squall_faults.ports import NetworkProxy

PATIENCE_SECONDS = 0.25
"""Dozens of requests, at the load of any outage; after that no connection is expected."""

AGAIN_SECONDS = 0.004


async def open_connections(proxy: NetworkProxy) -> int:
    """How many clients are connected through a proxy now."""
    return (await proxy.traffic()).open


async def wait_for_connection(
    count: Callable[[], Awaitable[int]], seconds: float = PATIENCE_SECONDS
) -> int:
    """The first count that is not 0, or 0 when none came in time."""
    ends = time.monotonic() + seconds
    while not (found := await count()) and time.monotonic() < ends:  # noqa: ASYNC110 - no event tells
        await asyncio.sleep(AGAIN_SECONDS)
    return found


async def sessions_hit(
    count: Callable[[], Awaitable[int]],
    attempts: Callable[[], Awaitable[int]],
    what: str,
    *,
    later: str,
) -> Callable[[], Awaitable[Bite]]:
    """The bite of what happens to a whole server: the sessions that it has now, by name ``what``.

    Of a server that has none it is the connections tried from now on, by name ``later``.
    """
    sessions = await count()
    tried_before = await attempts()

    async def bite() -> Bite:
        if sessions:
            return Bite(count=sessions, what=what)
        return Bite(count=await attempts() - tried_before, what=later)

    return bite
