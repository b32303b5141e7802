"""One place in a link's chain: bytes come in by ``feed``, their end by ``finish``.

    source ─▶ stage ─▶ stage ─▶ … ─▶ writer

A stage passes on what it gets, now or later, in order. Being updated or removed never loses a
byte, except where losing bytes is the toxic's nature.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from faults.proxy.chunk import Chunk

TIMER_SECONDS = 0.001
"""Granularity of the event loop's timers."""


class Sink(Protocol):
    """What a stage passes its bytes to."""

    def feed(self, chunk: Chunk) -> None:
        """Take bytes."""

    def finish(self) -> None:
        """No byte follows: the source's end of file."""


class Connection(Protocol):
    """What a stage may do to the connection that it is part of."""

    def close(self) -> None:
        """Close both sockets with FIN, after what was written."""

    def reset(self) -> None:
        """Close both sockets with RST."""


@dataclass(slots=True)
class Tally:
    """What one toxic did so far, over all its connections."""

    bites: int = 0
    """Chunks that it delayed, cut or swallowed; ends that it held back; connections it ended."""


class Stage:
    """Passes everything on at once: Toxiproxy's ``noop``, and the base of all toxics."""

    HOLD_LIMIT = 256 * 1024
    """Held bytes from which the source is paused, so that back-pressure reaches the sender."""

    def __init__(self, connection: Connection, attributes: Mapping[str, int]) -> None:
        self.connection = connection
        self.attributes = attributes
        self.next: Sink
        self.tally = Tally()
        self.held = 0
        self.finished = False
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """The stage is in its place: act, if acting needs no byte."""

    def feed(self, chunk: Chunk) -> None:
        """Take bytes."""
        self.next.feed(chunk)

    def finish(self) -> None:
        """The source has ended."""
        self.finished = True
        self.next.finish()

    def retune(self, attributes: Mapping[str, int]) -> None:
        """Attributes changed: act on what is held by the new ones."""
        self.attributes = attributes

    def drain(self) -> None:
        """Leave the chain: pass on at once whatever is held."""
        self.stop()

    def stop(self) -> None:
        """Cancel timers; the connection is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _at(self, when: float, action: Callable[[], None]) -> None:
        """Call ``action`` at ``when``, instead of an earlier appointment.

        uvloop's timers are whole milliseconds, counted from a clock that it reads once a turn.
        Waking up early and asking again is exact: the last fraction is spent in turns of the loop.
        """
        self.stop()
        left = when - now()
        if left <= 0:
            action()
            return
        whole = max(0.0, left - TIMER_SECONDS)
        again = partial(self._at, when, action)
        self._timer = asyncio.get_running_loop().call_later(whole, again)


def now() -> float:
    """Seconds of the monotonic clock, read anew: the loop's own time may be a turn old."""
    return time.monotonic()
