"""A bulkhead: a bounded number of units of work at the database, and a bounded queue.

    callers ──▶ [ queue: bounded, first come first served ] ──▶ [ running: as many as connections ]
                     │ full, or waited too long
                     └──▶ 503 with Retry-After

An unbounded queue turns a slow database into answers for callers who left long ago. A place is
handed over directly: a unit that ends gives its place to the first that waits, so that newcomers
cannot overtake; one that was cancelled in the very moment of the hand-over passes it on.

After an outage the pool is empty and the queue is full. If everybody connected at once, all logins
would share the server's processors and all callers would wait for the last of them; so places come
back one by one, each time when as many units of work have succeeded as there are places (as TCP's
window does, RFC 5681), and the first few connections serve most of the queue.
"""

from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType

from squall_reference.errors import Overloaded
from squall_reference.resilience.deadline import Deadline

SLOW_START = 2
"""Places after an outage: one connection may be a bad one."""


class Bulkhead:
    """Places at the database.

    Args:
        running: units of work at once.
        queued: callers that may wait.
        wait_seconds: how long each may wait.
    """

    def __init__(self, *, running: int, queued: int, wait_seconds: float) -> None:
        self._most = running
        self._queued = queued
        self._wait_seconds = wait_seconds
        self._queue: deque[asyncio.Future[None]] = deque()
        self._succeeded = 0
        self.places = running
        """As many may run now; fewer than ``running`` after an outage."""
        self.running = 0
        self.shed = 0

    @property
    def waiting(self) -> int:
        """Callers in the queue."""
        return len(self._queue)

    def place(self, deadline: Deadline) -> _Place:
        """An asynchronous context: inside of it the caller has a place.

        Raises:
            Overloaded: on entry, when the queue is full or the wait was too long.
        """
        return _Place(self, deadline)

    async def acquire(self, deadline: Deadline) -> None:
        """Take a place; give it back with :meth:`release`."""
        if self.running < self.places:
            self.running += 1
        elif len(self._queue) >= self._queued:
            self.shed += 1
            raise Overloaded
        else:
            await self._handed_over(min(self._wait_seconds, deadline.remaining()))

    def release(self, *, succeeded: bool = True) -> None:
        """Hand the place to the first that waits."""
        self.running -= 1
        if succeeded and self.places < self._most:
            self._widen()
        self._pass_on()

    def narrow(self) -> None:
        """There is an outage: begin with few places when it is over."""
        self.places = min(SLOW_START, self._most)
        self._succeeded = 0

    def _widen(self) -> None:
        self._succeeded += 1
        if self._succeeded >= self.places:
            self._succeeded = 0
            self.places += 1

    def _pass_on(self) -> None:
        while self._queue and self.running < self.places:
            waiter = self._queue.popleft()
            if not waiter.done():
                self.running += 1
                waiter.set_result(None)

    async def _handed_over(self, seconds: float) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(waiter)
        try:
            await asyncio.wait({waiter}, timeout=max(0.0, seconds))
        except asyncio.CancelledError:
            self._leave(waiter)
            raise
        if not waiter.done():
            self._leave(waiter)
            self.shed += 1
            raise Overloaded

    def _leave(self, waiter: asyncio.Future[None]) -> None:
        """Out of the queue; a place that was handed over already goes to the next."""
        if waiter.done():
            self.running -= 1
            self._pass_on()
        else:
            waiter.cancel()
            self._queue.remove(waiter)


class _Place:
    """What :meth:`Bulkhead.place` returns; a class, because generators cost more per request."""

    __slots__ = ("_bulkhead", "_deadline")

    def __init__(self, bulkhead: Bulkhead, deadline: Deadline) -> None:
        self._bulkhead = bulkhead
        self._deadline = deadline

    async def __aenter__(self) -> None:
        await self._bulkhead.acquire(self._deadline)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._bulkhead.release(succeeded=kind is None)
