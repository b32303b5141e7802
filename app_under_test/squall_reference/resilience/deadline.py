"""The end of a request's time, and how to keep it even when the work cannot be interrupted.

A caller says how long it will wait (``X-Request-Timeout: 0.3``, in seconds); the service's own
deadline is the most. The middleware puts the deadline into a context variable, and every wait and
every repeat below gets it.

Leaving an SQLAlchemy connection block waits for the server, cancelled or not, so a time-out around
it does not bound it. Work therefore runs in a task of its own: at the deadline the caller is
answered, and the task is abandoned with its connection terminated, which ends it at once.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

from squall_reference.errors import DeadlineExceeded

T = TypeVar("T")
Now = Callable[[], float]

HEADER = "x-request-timeout"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A point on the event loop's clock."""

    at: float
    now: Now

    def remaining(self) -> float:
        """Seconds left; negative when it is over."""
        return self.at - self.now()


def deadline_in(seconds: float) -> Deadline:
    """A deadline on the running loop's clock."""
    now = asyncio.get_running_loop().time
    return Deadline(now() + seconds, now)


current: ContextVar[Deadline] = ContextVar("deadline")
"""The deadline of the request that is being served."""


def seconds_wanted(header: str | bytes | None, most: float) -> float:
    """Seconds for a request whose caller sent ``header``: never more than ``most``.

    Raises:
        ValueError: the header is not a positive number.
    """
    if header is None:
        return most
    seconds = float(header)
    if not (math.isfinite(seconds) and seconds > 0):
        raise ValueError(f"{HEADER} must be a positive number of seconds")
    return min(seconds, most)


class Abandoned:
    """Tasks whose callers were answered already; kept until they end."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()
        self.exceeded = 0

    @property
    def running(self) -> int:
        """Tasks that have not ended yet."""
        return len(self._tasks)

    async def run(
        self,
        work: Callable[[], Awaitable[T]],
        deadline: Deadline,
        terminate: Callable[[], None],
    ) -> T:
        """The result of ``work``, or DeadlineExceeded at the deadline, never later.

        ``terminate`` cuts whatever the work waits for; a caller that is cancelled abandons, too.
        """
        task: asyncio.Task[T] = asyncio.ensure_future(_awaited(work))
        try:
            await asyncio.wait({task}, timeout=max(0.0, deadline.remaining()))
        finally:
            if not task.done():
                terminate()
                task.cancel()
                self._keep(task)
        if not task.done():
            self.exceeded += 1
            raise DeadlineExceeded
        return task.result()

    def _keep(self, task: asyncio.Task[T]) -> None:
        kept: asyncio.Task[object] = task
        self._tasks.add(kept)
        kept.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # seen: its caller has had an answer long ago


async def _awaited(work: Callable[[], Awaitable[T]]) -> T:
    return await work()
