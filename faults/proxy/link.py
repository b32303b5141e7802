"""One direction of one connection: a chain of stages between two sockets.

    source socket ─▶ [toxic] ─▶ [toxic] ─▶ … ─▶ writer ─▶ destination socket

Without a toxic, bytes go straight from the source to the destination. Back-pressure: the source
is not read while the destination's buffer is full, or while the stages hold too much.

Four places can be tapped by whoever understands the bytes (:mod:`faults.proxy.tap`): what comes
from the source (``received``, ``source_finished``) and what goes to the destination (``deliver``,
``conclude``). Untapped they cost nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from faults.proxy.chunk import Chunk
from faults.proxy.toxics.stage import Sink, Stage, now


class Ending(Protocol):
    """Who is told that a link has written its last byte."""

    def link_ended(self, link: Link) -> None:
        """The end of file reached the destination's side."""


class Link:
    """The way of the bytes in one direction."""

    def __init__(self, owner: Ending) -> None:
        self._owner = owner
        self._stages: dict[str, Stage] = {}
        self._writer_full = False
        self._reading = True
        self.source: asyncio.Transport | None = None
        self.destination: asyncio.Transport | None = None
        self.ended = False
        self.source_ended = False
        self.bytes = 0
        """Those that the source sent."""
        self.written = 0
        """Those that were handed to the destination's socket, with what rules said in its place."""
        self.kept_elsewhere = 0
        """Bytes of this direction that a tap holds: they count as held."""
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
        if self.destination is None:  # still being dialled; a toxic must be able to write
            self._early.append(Chunk(data, now()))
            return
        if not self._stages:
            self.deliver(data)
            return
        self._first.feed(Chunk(data, now()))
        self.throttle()

    def take_end(self) -> None:
        """The source sends nothing more."""
        if not self.source_ended:
            self.source_ended = True
            if self.destination is not None:
                self._first.finish()

    def writer_full(self, full: bool) -> None:  # noqa: FBT001 - two states, one setter
        """The destination's buffer passed its high or low water mark."""
        self._writer_full = full
        self.throttle()

    # The last stage's sink

    def feed(self, chunk: Chunk) -> None:
        """Write to the destination."""
        self.deliver(chunk.data)
        if not self._reading:
            self.throttle()

    def finish(self) -> None:
        """No byte follows out of the chain."""
        self.conclude()

    def put_end(self) -> None:
        """Everything is written; the owner decides between half-close and close."""
        if not self.ended:
            self.ended = True
            self._owner.link_ended(self)

    def put(self, data: bytes) -> None:
        """Write to the destination socket."""
        if self.destination is not None and not self.destination.is_closing():
            self.written += len(data)
            self.destination.write(data)

    def connected(self, destination: asyncio.Transport) -> None:
        """The destination is there: pass on what came before it was."""
        self.destination = destination
        early, self._early = self._early, []
        for chunk in early:
            self._first.feed(chunk)
        if self.source_ended:
            self._first.finish()

    # Toxics

    @property
    def _first(self) -> Sink:
        return next(iter(self._stages.values()), self)

    def add(self, name: str, stage: Stage) -> None:
        """Put a stage at the end of the chain."""
        stage.next = self
        if self._stages:
            list(self._stages.values())[-1].next = stage
        self._stages[name] = stage
        if self.source_ended and not self.ended and len(self._stages) == 1:
            stage.finish()

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
        """Change a stage's attributes, or replace it when its toxicity was rolled anew."""
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
        for before in self._stages.values():
            if before.next is old:
                before.next = stage
        self._stages[name] = stage
        old.drain()

    def remove(self, name: str) -> None:
        """Take a stage out; it passes on what it holds first."""
        stage = self._stages.get(name)
        if stage is None:
            return
        stage.drain()
        for before in self._stages.values():
            if before.next is stage:
                before.next = stage.next
        del self._stages[name]
        self.throttle()

    def stop(self) -> None:
        """The connection is gone: no timer may fire any more."""
        for stage in self._stages.values():
            stage.stop()

    def throttle(self) -> None:
        """Read the source, or stop reading it: whatever is right by what is held now."""
        held = self.kept_elsewhere > Stage.HOLD_LIMIT or any(
            stage.held > stage.HOLD_LIMIT for stage in self._stages.values()
        )
        reading = not (self._writer_full or held)
        if reading == self._reading or self.source is None or self.source.is_closing():
            return
        self._reading = reading
        if reading:
            self.source.resume_reading()
        else:
            self.source.pause_reading()
