"""Clean-up that a cancellation must not cut short."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine


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
