"""Whether something that was taken away is back before its heal: then the fault is over early.

fault ── stop ──▶ server ✗        somebody ── start ──▶ server ✓        heal
                                                  └─ lapsed: it proves nothing
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

ASK_SECONDS = 0.1
"""What is down refuses at once, and what is frozen never answers: no longer wait lengthens a fault.
What is up and slower than this counts as down, so a busy machine lapses nothing."""


def back_early(ask: Callable[[], Awaitable[bool]], found: str) -> Callable[[], Awaitable[str]]:
    """The question ``Injection.lapsed``: ``found`` when ``ask`` says yes in time, else empty."""

    async def lapsed() -> str:
        try:
            async with asyncio.timeout(ASK_SECONDS):
                return found if await ask() else ""
        except TimeoutError:
            return ""

    return lapsed
