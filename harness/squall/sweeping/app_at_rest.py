"""Whether anything of the app still runs: it may have answered before its work was done."""

from __future__ import annotations

import asyncio
import time

from squall.sweeping.change_log import ChangeLog
from squall.sweeping.tap import Tap

PAUSE_SECONDS = 0.02


async def wait_until_at_rest(tap: Tap, changes: ChangeLog | None, seconds: float) -> str:
    """Wait until no session works; after these seconds the states of those that still do.

    A session works while it is in a transaction, and while the server runs a statement of it.
    """
    end = time.monotonic() + seconds
    states = ""
    while time.monotonic() < end:
        if all(status in ("I", "") for status in tap.statuses().values()):
            states = await changes.busy() if changes else ""
            if not states:
                return ""
        else:
            states = "in a transaction"
        await asyncio.sleep(PAUSE_SECONDS)
    return states
