"""Each failed batch doubles the worker's next pause, and a batch that succeeds changes nothing.

Mistake: the count of failures is never set to zero, and the pause has a bound of a minute.
Outage: several, or one in which many attempts fail.
Symptom: notices come much later than the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from fastapi import FastAPI
from squall_reference import main, worker

from squall_mutants.shared import replace

EXPOSED_BY = (
    "dropped-connections",
    "flapping-network",
    "outage-three-times",
    "database-crashes-twice",
    "deadlocks-three-times",
    "known-outage",
    "connection-refused",
)
SET = "seventh"
SERVICES = True
WORKER = True

LONGEST_PAUSE = 60.0
log = structlog.get_logger("orders")


async def work(batch: Callable[[], Awaitable[int]], told_to_end: asyncio.Event) -> None:
    """Do batch after batch."""
    failures = 0
    while not told_to_end.is_set():
        try:
            pause = 0.0 if await batch() else worker.POLL_SECONDS
        except Exception as error:  # noqa: BLE001 - as the reference does
            failures += 1
            pause = min(LONGEST_PAUSE, worker.POLL_SECONDS * 2.0**failures)
            log.warning("batch failed", reason=type(error).__name__, failures=failures)
        try:
            async with asyncio.timeout(pause):
                await told_to_end.wait()
        except TimeoutError:
            continue


def create_app() -> FastAPI:
    """The reference app; its worker is what is wrong."""
    return main.create_app()


if __name__ == "__main__":
    replace(worker, "work", work)
    asyncio.run(worker.main())
