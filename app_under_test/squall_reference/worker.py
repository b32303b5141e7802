"""``python -m squall_reference.worker``: sends the notices that wait in the outbox.

SIGTERM ─▶ nothing more is taken ─▶ the batch in hand ends, by its limits ─▶ exit code 0

An error is not a reason to end: the batch was rolled back, and is taken again after a pause. One
that dies in the middle leaves nothing behind either, because taking, sending and marking are one
transaction, and a lock ends with its session.
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable

import structlog

from squall_reference.observability import logs
from squall_reference.resilience.retry import full_jitter
from squall_reference.services import parcels
from squall_reference.settings import Settings
from squall_reference.storage.engine import TRANSACTION, Database

BATCH = 50
POLL_SECONDS = 0.1
LONGEST_PAUSE = 1.0

log = structlog.get_logger("orders")


async def work(batch: Callable[[], Awaitable[int]], told_to_end: asyncio.Event) -> None:
    """Do batch after batch, with a pause when there is nothing, and a longer one after errors."""
    failures = 0
    while not told_to_end.is_set():
        try:
            done, failures = await batch(), 0
            pause = 0.0 if done else POLL_SECONDS
        except Exception as error:  # noqa: BLE001 - whatever it is, the next batch may succeed
            failures += 1
            draw = random.random()  # noqa: S311 - no secret
            pause = POLL_SECONDS + full_jitter(
                failures, first=POLL_SECONDS, longest=LONGEST_PAUSE, draw=draw
            )
            log.warning("batch failed", reason=type(error).__name__, failures=failures)
        try:
            async with asyncio.timeout(pause):
                await told_to_end.wait()
        except TimeoutError:
            continue


async def main() -> None:
    """Work until a signal ends it."""
    settings = Settings()  # type: ignore[call-arg] # the environment supplies them
    logs.configure(settings.log_level)
    told_to_end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told_to_end.set)
    database = Database(settings, size=1)

    async def batch() -> int:
        async with database.engine.connect() as held:
            await held.execution_options(isolation_level=TRANSACTION)
            return await parcels.announce(held, BATCH)

    try:
        await work(batch, told_to_end)
    finally:
        await database.dispose(settings.deadline_seconds)


if __name__ == "__main__":
    asyncio.run(main())
