"""The first error ends the worker's loop, and not its process.

Mistake: the loop is a task that nobody awaits, so the process looks well and is not started again.
Outage: the database's sessions are terminated.
Symptom: jobs stay pending.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from squall_reference import main, worker

from squall_mutants.shared import replace

SET = "services"
EXPOSED_BY = ("sessions-terminated", "database-crash-restart")
CAUGHT_BY = ("work-is-done",)
WORKER = True


async def start(batch: Callable[[], Awaitable[int]], told_to_end: asyncio.Event) -> None:
    """In the background."""

    async def loop() -> None:
        while True:
            if not await batch():
                await asyncio.sleep(worker.POLL_SECONDS)

    task = asyncio.create_task(loop())
    await told_to_end.wait()
    task.cancel()


def create_app() -> FastAPI:
    """The reference app; its worker is broken."""
    return main.create_app()


if __name__ == "__main__":
    replace(worker, "work", start)
    asyncio.run(worker.main())
