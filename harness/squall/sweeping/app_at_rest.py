"""Whether anything of the app still runs: it may have answered before its work was done."""

from __future__ import annotations

import asyncio
import time

from squall.sweeping.change_log import ChangeLog
from squall.sweeping.tap import Tap

FIRST_PAUSE, LONGEST_PAUSE = 0.001, 0.02
"""Seconds between two looks. Most apps are idle in the next millisecond."""


async def wait_until_at_rest(tap: Tap, changes: ChangeLog | None, seconds: float) -> str:
    """Wait until no session works; after these seconds the states of those that still do.

    A session works while it is in a transaction, and while the server runs a statement of it.
    """
    end = time.monotonic() + seconds
    states, pause = "", FIRST_PAUSE
    while time.monotonic() < end:
        if all(status in ("I", "") for status in tap.statuses().values()):
            states = await changes.busy() if changes else ""
            if not states:
                return ""
        else:
            states = "in a transaction"
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
    return states
