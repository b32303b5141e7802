"""Ctrl-C and SIGTERM end a command once: faults are healed, and the lab is cleaned up."""

from __future__ import annotations

import asyncio
import signal
import time
from types import FrameType

PATIENCE_SECONDS = 20.0
"""So long a second Ctrl-C changes nothing: it would cut off what the first one ends."""


def end_on_signals() -> None:
    """Handle SIGTERM like Ctrl-C in the current task, and each of them once: heal, clean up, exit.

    Raises:
        ValueError: called outside of the main thread.
    """
    task = asyncio.current_task()
    if task is None:
        return
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    first = signal.getsignal(signal.SIGINT)  # asyncio's own: it cancels the task
    begun: list[float] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        if begun and time.monotonic() < begun[0] + PATIENCE_SECONDS:
            return
        begun.append(time.monotonic())
        if callable(first):
            first(number, frame)

    signal.signal(signal.SIGINT, interrupt)
