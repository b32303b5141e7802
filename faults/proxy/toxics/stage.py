"""One place in a link's chain: bytes come in by ``feed``, their end by ``finish``.

    source ─▶ stage ─▶ stage ─▶ … ─▶ writer

A stage passes on what it gets, now or later, in order. Being updated or removed never loses a
byte, except where losing bytes is the toxic's nature.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

from faults.proxy.chunk import Chunk


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


class Stage:
    """Passes everything on at once: Toxiproxy's ``noop``, and the base of all toxics."""

    HOLD_LIMIT = 256 * 1024
    """Held bytes from which the source is paused, so that back-pressure reaches the sender."""

    def __init__(self, connection: Connection, attributes: Mapping[str, int]) -> None:
        self.connection = connection
        self.attributes = attributes
        self.next: Sink
        self.held = 0
        self.finished = False
        self._timer: asyncio.TimerHandle | None = None

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

    def _at(self, when: float, action: object) -> None:
        """Call ``action`` at loop time ``when``, instead of an earlier appointment."""
        self.stop()
        if callable(action):
            self._timer = asyncio.get_running_loop().call_at(when, action)


def now() -> float:
    """Event-loop time."""
    return asyncio.get_running_loop().time()
