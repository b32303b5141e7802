"""What the faults of workers share: an action on them that is undone on the way out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from squall_faults.fault import Bite, Injection
from squall_faults.lapse import back_early
from squall_faults.ports import WorkerControl


@asynccontextmanager
async def hold_workers(
    worker: WorkerControl,
    act: Callable[[], Awaitable[int]],
    undo: Callable[[], Awaitable[None]],
    *,
    what: str,
    found: str,
) -> AsyncIterator[Injection]:
    """Act, and undo it for certain; each process that was hit is a bite.

    ``found`` says why the fault is over early, when a worker runs before the heal.
    """
    count = 0

    async def bite() -> Bite:
        return Bite(count=count, what=what)

    try:
        count = await act()
        yield Injection(bite, back_early(worker.runs, found))
    finally:
        await undo()
