"""Who waited too long for a place stays in the queue.

Mistake: the time-out of the wait does not take its future out.
Outage: the database is slow, and callers wait for a place.
Symptom: the next place goes to nobody, and is lost.
"""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import Overloaded
from squall_reference.resilience.bulkhead import Bulkhead

from squall_mutants.shared import replace

EXPOSED_BY = ("pool-exhausted-by-slow-queries", "overload")
SET = "fourth"


async def handed_over(self: Bulkhead, seconds: float) -> None:
    """Waits; who leaves says nothing."""
    waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    self._queue.append(waiter)
    await asyncio.wait({waiter}, timeout=max(0.0, seconds))
    if not waiter.done():
        self.shed += 1
        raise Overloaded


def create_app() -> FastAPI:
    """The reference app with ghosts in its queue."""
    replace(Bulkhead, "_handed_over", handed_over)
    return main.create_app()
