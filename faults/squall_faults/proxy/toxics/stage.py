"""One place in a link's chain: bytes come in by ``feed``, their end by ``finish``.

    source ─▶ stage ─▶ stage ─▶ … ─▶ writer

A stage passes on what it gets, now or later, in order; an end follows the last byte, whether the
source or a toxic made it. Being updated or removed never loses a byte, except where losing bytes
is the toxic's nature. What is ``full`` is fed nothing more until it calls ``relieved``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Protocol

from squall_faults.proxy.toxics.chunk import Chunk

TIMER_SECONDS = 0.001
"""Granularity of the event loop's timers."""


class End(Enum):
    """How a stream of bytes ends."""

    EOF = "the source sends nothing more"
    CLOSE = "a toxic closes the destination with FIN"
    RESET = "a toxic closes the destination with RST"


class Sink(Protocol):
    """What a stage passes its bytes to."""

    @property
    def full(self) -> bool:
        """It wants no more bytes for now."""

    def feed(self, chunk: Chunk) -> None:
        """Take bytes."""

    def finish(self, end: End) -> None:
        """No byte follows."""


class ConnectionHandle(Protocol):
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
    bytes: int = 0
    """Those that it delayed, cut, held or swallowed; never those that only passed."""
    ended: int = 0
    """Connections that it ended."""
    ends: int = 0
    """Ends that it held back."""

    def shown(self) -> dict[str, int]:
        """As the API tells it."""
        return {"bites": self.bites, "bytes": self.bytes, "ended": self.ended, "ends": self.ends}

    def bit(self, size: int) -> None:
        """It acted on this number of bytes."""
        self.bites += 1
        self.bytes += size

    def ended_one(self) -> None:
        """It ended a connection."""
        self.bites += 1
        self.ended += 1


def _nothing() -> None:
    """A stage without a link has nothing to notify."""


class Stage:
    """Passes everything on at once: Toxiproxy's ``noop``, and the base of all toxics."""

    HOLD_LIMIT = 256 * 1024
    """Held bytes from which a stage is full, so that back-pressure reaches the sender."""
    HOLD_CHUNKS = 1024
    """The same for chunks, however small they are; the queue of Toxiproxy's latency."""

    def __init__(self, connection: ConnectionHandle, attributes: Mapping[str, int]) -> None:
        self.connection = connection
        self.attributes = attributes
        self.next: Sink
        self.relieved: Callable[[], None] = _nothing
        self.tally = Tally()
        self.held = 0
        self.end: End | None = None
        self.blocked = False
        """It has something to pass on, and what follows is full."""
        self._timer: asyncio.TimerHandle | None = None

    @property
    def full(self) -> bool:
        """What holds nothing is as full as what follows."""
        return self.next.full

    def begin(self) -> None:
        """The stage is in its place: act, if acting needs no byte."""

    def feed(self, chunk: Chunk) -> None:
        """Take bytes."""
        if self.end is None:
            self.next.feed(chunk)

    def finish(self, end: End) -> None:
        """No byte follows; what a toxic ended does not end again."""
        if self.end is None:
            self.end = end
            self.next.finish(end)

    def resume(self) -> None:
        """What follows has room again."""

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
        """Call ``action`` at ``when``, instead of what was to be called before.

        uvloop's timers are whole milliseconds, counted from a clock that it reads once a turn.
        Waking up early and asking again is exact: the last fraction is spent in turns of the loop.
        """
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        left = when - now()
        if left <= 0:
            action()
            return
        whole = max(0.0, left - TIMER_SECONDS)
        again = partial(self._at, when, action)
        self._timer = asyncio.get_running_loop().call_later(whole, again)


def now() -> float:
    """Seconds of the monotonic clock, read each time: the loop's own time may be a turn old."""
    return time.monotonic()
