"""One direction of one connection: a chain of stages between two sockets.

    source socket ─▶ [toxic] ─▶ [toxic] ─▶ … ─▶ writer ─▶ destination socket

Without a toxic, bytes go straight from the source to the destination. Back-pressure: the source
is not read while the destination's buffer is full, or while the stages hold too much.

``received``, ``source_finished``, ``deliver`` and ``conclude`` can be intercepted (`interception`).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from typing import Protocol

from squall_faults.proxy.toxics.chunk import Chunk
from squall_faults.proxy.toxics.stage import End, Sink, Stage, now

PIECES_BYTES = 2048
"""What may wait in the transport behind a stage: 65,536 pieces of a byte stalled all for 70 ms."""


class Owner(Protocol):
    """Who learns that a link has written its last byte."""

    def link_ended(self, link: Link, end: End) -> None:
        """The end reached the destination's side."""


class Link:
    """The way of the bytes in one direction."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._stages: dict[str, Stage] = {}
        self._end: End | None = None
        """What came out of the chain as its end."""
        self._writer_full = False
        self._reading = True
        self.source: asyncio.Transport | None = None
        self.destination: asyncio.Transport | None = None
        self.ended = False
        self.source_ended = False
        self.bytes = 0
        """Those that the source sent."""
        self.written = 0
        """Those that were handed to the destination's socket, with what rules sent in its place."""
        self.kept_elsewhere = 0
        """Bytes of this direction that a tap holds: they count as held."""
        self._descriptor = -1
        """The destination's socket. It is written to past the transport while nothing waits there:
        that would write a turn of the loop later, and join what it gets until then.
        """
        self._early: list[Chunk] = []
        self.received: Callable[[bytes], None] = self.take
        self.source_finished: Callable[[], None] = self.take_end
        self.deliver: Callable[[bytes], None] = self.put
        self.conclude: Callable[[], None] = self.put_end

    # From the source's protocol

    def take(self, data: bytes) -> None:
        """Bytes from the source socket."""
        self.bytes += len(data)
        self.forward(data)

    def forward(self, data: bytes) -> None:
        """Bytes into the chain, or past it when there is none."""
        if self.destination is None:  # still being dialled, and the loop was about to read
            self._early.append(Chunk(data, now()))
            return
        if not self._stages:
            self.deliver(data)
            return
        self._first.feed(Chunk(data, now()))
        if self._reading and self._first.full:
            self.throttle()

    def take_end(self) -> None:
        """The source sends nothing more."""
        if not self.source_ended:
            self.source_ended = True
            if self.destination is not None:
                self._first.finish(End.EOF)

    def writer_full(self, full: bool) -> None:  # noqa: FBT001 - two states, one setter
        """The destination's buffer passed its high or low water mark."""
        self._writer_full = full
        self.throttle()

    # The last stage's sink

    @property
    def full(self) -> bool:
        """The destination does not keep up, or a tap holds too much."""
        return self._writer_full or self.kept_elsewhere > Stage.HOLD_LIMIT

    def feed(self, chunk: Chunk) -> None:
        """Write to the destination; a chunk without a byte was for the stages alone."""
        if chunk.data:
            self.deliver(chunk.data)

    def finish(self, end: End) -> None:
        """No byte follows out of the chain."""
        if self._end is None:
            self._end = end
            self.conclude()

    def put_end(self) -> None:
        """Everything is written; the owner decides between half-close and close."""
        if not self.ended:
            self.ended = True
            self._owner.link_ended(self, self._end or End.EOF)

    def put(self, data: bytes) -> None:
        """Write to the destination socket; what comes behind the end is dropped."""
        destination = self.destination
        if destination is None or self.ended or destination.is_closing():
            return
        self.written += len(data)
        if self._descriptor >= 0 and not destination.get_write_buffer_size():
            try:
                taken = os.write(self._descriptor, data)
            except OSError:  # it is full or gone; the transport finds out which
                taken = 0
            data = data[taken:]
        if data:
            destination.write(data)

    def set_destination(self, destination: asyncio.Transport) -> None:
        """The socket that this link writes to."""
        self.destination = destination
        handle = destination.get_extra_info("socket")
        self._descriptor = -1 if handle is None else handle.fileno()
        self._limit_buffer()

    def _limit_buffer(self) -> None:
        if self.destination is not None:
            limit = PIECES_BYTES if self._stages else None
            with contextlib.suppress(RuntimeError):  # uvloop: an error has closed it already
                self.destination.set_write_buffer_limits(high=limit)

    def wait_for_destination(self, source: asyncio.Transport) -> None:
        """Read nothing of the source until there is somewhere to write to."""
        self.source = source
        self._reading = False
        source.pause_reading()

    def connected(self, destination: asyncio.Transport) -> None:
        """The destination is there: pass on what came before it was."""
        self.set_destination(destination)
        early, self._early = self._early, []
        for chunk in early:
            self._first.feed(chunk)
        if self.source_ended:
            self._first.finish(End.EOF)
        self.throttle()

    # Toxics

    @property
    def _first(self) -> Sink:
        return next(iter(self._stages.values()), self)

    def add(self, name: str, stage: Stage) -> None:
        """Put a stage at the end of the chain."""
        stage.next = self
        stage.relieved = self.throttle
        self._lead_on(self, stage)
        self._stages[name] = stage
        self._limit_buffer()
        self.throttle()

    @property
    def delivered(self) -> int:
        """Bytes that the destination's kernel has taken: not what still waits in our buffer."""
        return self.written - (self.destination.get_write_buffer_size() if self.destination else 0)

    def dropped(self) -> None:
        """The destination is reset: what still waits in our buffer never arrives."""
        self.written = self.delivered

    def acts(self, name: str) -> bool:
        """Whether a toxic is in force here: where its toxicity spared a link, all passes."""
        return type(self._stages.get(name, self)) is not Stage

    def retune(self, name: str, stage: Stage | None, attributes: dict[str, int]) -> None:
        """Change a stage's attributes, or replace it when its toxicity was rolled again."""
        old = self._stages.get(name)
        if old is None:
            return
        if stage is None:
            old.retune(attributes)
        else:
            self._replace(name, old, stage)
        self.throttle()

    def _replace(self, name: str, old: Stage, stage: Stage) -> None:
        stage.next = old.next
        stage.relieved = self.throttle
        self._lead_on(old, stage)
        self._stages[name] = stage
        old.drain()

    def remove(self, name: str) -> None:
        """Take a stage out; it passes on what it holds first."""
        stage = self._stages.get(name)
        if stage is None:
            return
        stage.drain()
        self._lead_on(stage, stage.next)
        del self._stages[name]
        self._limit_buffer()
        self.throttle()

    def _lead_on(self, old: Sink, new: Sink) -> None:
        """The stage that led to the one leads to the other."""
        for stage in self._stages.values():
            if stage.next is old:
                stage.next = new

    def clear(self) -> None:
        """Take every stage out, the first one first: what it holds passes the others at once."""
        stages, self._stages = self._stages, {}
        for stage in stages.values():
            stage.drain()
        self._limit_buffer()
        self.throttle()

    def stop(self) -> None:
        """The connection is gone: no timer may fire any more."""
        for stage in self._stages.values():
            stage.stop()

    def throttle(self) -> None:
        """Read the source, or stop reading it: whatever is right by what is held now."""
        for stage in reversed(list(self._stages.values())):
            if stage.blocked and not stage.next.full:
                stage.resume()
        reading = self.destination is not None and not self._first.full
        if reading == self._reading or self.source is None or self.source.is_closing():
            return
        self._reading = reading
        if reading:
            self.source.resume_reading()
        else:
            self.source.pause_reading()
