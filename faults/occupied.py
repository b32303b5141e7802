"""What ends connections strikes while there is one: else it would prove nothing.

An app that connects for each request has none at most moments. A pool always has some: there it
strikes at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

PATIENCE_SECONDS = 0.25
"""Dozens of requests, at the load of any outage; after that there is nobody."""

AGAIN_SECONDS = 0.004


async def occupied(count: Callable[[], Awaitable[int]]) -> int:
    """The first count that is not 0, or 0 when nobody came in time."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while not (found := await count()) and time.monotonic() < ends:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(AGAIN_SECONDS)
    return found
