"""While question and answer follow each other quickly, the loop looks for more before it sleeps.

    question ─▶ answer within 100 µs ─▶ look for at most 60 µs ─▶ sleep

To wake a sleeping process costs more than to pass a message on: a processor that is halted must be
started again. Go's scheduler, which Toxiproxy runs on, also looks for work before it sleeps, and so
does Linux (the governor ``haltpoll``). Messages that come one at a time cost no look, nor do those
of several connections in turn: then the loop has no rest. On one processor nobody could send while
this process looks, so it never does.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from weakref import WeakKeyDictionary

LOOK_SECONDS = 60e-6
"""How long after the last message."""

QUICK_SECONDS = 100e-6
"""Messages with a longer pause in between start no look."""


class BusyWait:
    """The looks of one event loop."""

    def __init__(
        self,
        later: Callable[[Callable[[], None]], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._later = later
        """Calls a function in the next turn of the loop, which therefore does not sleep."""
        self._clock = clock
        self._last = float("-inf")
        self._connection: object = None
        self._looking = False

    def message(self, connection: object) -> None:
        """A message came, either way, on this connection."""
        at = self._clock()
        quick = at - self._last < QUICK_SECONDS and connection is self._connection
        self._last, self._connection = at, connection
        if quick and not self._looking:
            self._looking = True
            self._later(self._look)

    def _look(self) -> None:
        if self._clock() - self._last < LOOK_SECONDS:
            self._later(self._look)
        else:
            self._looking = False


Notice = Callable[[object], None]
_LOOPS: WeakKeyDictionary[asyncio.AbstractEventLoop, Notice] = WeakKeyDictionary()


def message_noticed() -> Notice:
    """What to call for each message in the running loop."""
    loop = asyncio.get_running_loop()
    found = _LOOPS.get(loop)
    if found is None:
        found = BusyWait(loop.call_soon).message if _processors() > 1 else _nothing
        _LOOPS[loop] = found
    return found


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _nothing(_connection: object) -> None:
    """One processor: do not look."""
