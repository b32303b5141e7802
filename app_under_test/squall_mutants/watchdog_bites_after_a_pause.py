"""A watchdog ends the process when its event loop did not move for 0.4 seconds.

Mistake: a pause of the whole process is taken for a loop that hangs, and the limit is tight.
Outage: a container that is throttled or suspended, and goes on.
Symptom: the process ends itself at the moment when all is well again.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from squall_mutants.shared.lifespan import app_with

EXPOSED_BY = ("app-frozen", "overload", "load-spike")
SET = "ninth"
BEAT_SECONDS = 0.05
LONGEST_SECONDS = 0.4


async def watch() -> None:
    """Measure how late the loop is."""
    loop = asyncio.get_running_loop()
    while True:
        began = loop.time()
        await asyncio.sleep(BEAT_SECONDS)
        if loop.time() - began > LONGEST_SECONDS:
            os._exit(1)


@asynccontextmanager
async def watched(_app: FastAPI) -> AsyncIterator[None]:
    """While it serves."""
    watching = asyncio.create_task(watch())
    yield
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching


def create_app() -> FastAPI:
    """The reference app with a watchdog."""
    return app_with(watched)
