"""A request whose time is over is answered, and its work goes on.

Mistake: wait_for around a shielded task.
Outage: statements are slow for longer than the deadline.
Symptom: sessions stay busy for callers who left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import FastAPI
from squall_reference import main
from squall_reference.errors import DeadlineExceeded
from squall_reference.resilience.deadline import Abandoned, Deadline, _awaited

from squall_mutants.shared import replace

T = TypeVar("T")

EXPOSED_BY = ("pool-exhausted-by-slow-queries", "callers-leave-at-many-moments")
SET = "fourth"


async def run(
    self: Abandoned,
    work: Callable[[], Awaitable[T]],
    deadline: Deadline,
    _terminate: Callable[[], None],
) -> T:
    """The result, or DeadlineExceeded; the work is left alone."""
    task: asyncio.Task[T] = asyncio.ensure_future(_awaited(work))
    try:
        await asyncio.wait({task}, timeout=max(0.0, deadline.remaining()))
    finally:
        if not task.done():
            self._keep(task)
    if not task.done():
        raise DeadlineExceeded
    return task.result()


def create_app() -> FastAPI:
    """The reference app that lets work run."""
    replace(Abandoned, "run", run)
    return main.create_app()
