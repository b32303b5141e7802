"""Tasks that end as a lab needs it: to their end although cancelled, or cut as soon as told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def run_to_end(work: Coroutine[object, object, None], seconds: float) -> None:
    """Run it for up to ``seconds``, even if this task is cancelled meanwhile.

    Raises:
        asyncio.CancelledError: once the work has ended, if this task was cancelled.
    """
    task, interrupted = asyncio.ensure_future(work), None
    while not task.done():
        try:
            await asyncio.wait({task}, timeout=seconds)
            break
        except asyncio.CancelledError as error:
            interrupted = error
    if interrupted is not None:
        raise interrupted


async def run_until(
    stop: Callable[[], object],
    work: Coroutine[Any, Any, T],
    *,
    look_seconds: float,
    end_seconds: float,
) -> asyncio.Task[T]:
    """The task of ``work`` when it has ended, or was cancelled since ``stop`` became true.

    Looks at ``stop`` every ``look_seconds``; a task that is cancelled has ``end_seconds`` to end.
    """
    task = asyncio.ensure_future(work)
    try:
        while not task.done() and not stop():
            await asyncio.wait({task}, timeout=look_seconds)
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=end_seconds)
    return task
