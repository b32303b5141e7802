"""A stage that holds chunks in order and lets them go later."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping

from squall_faults.proxy.toxics.chunk import Chunk
from squall_faults.proxy.toxics.stage import ConnectionHandle, End, Stage, now
from squall_faults.proxy.turns import turns

BATCH = 32
"""So many chunks go in one step; the rest waits for its turn."""


class QueuedStage(Stage):
    """Chunks wait in ``queue``; subclasses say when the first may go, and what goes."""

    def __init__(self, connection: ConnectionHandle, attributes: Mapping[str, int]) -> None:
        super().__init__(connection, attributes)
        self.queue: deque[Chunk] = deque()
        self._scheduled = False
        """A step of this stage waits for its turn."""
        self._concluded = False

    @property
    def full(self) -> bool:
        """Too many bytes, or too many chunks."""
        return self.held > self.HOLD_LIMIT or len(self.queue) >= self.HOLD_CHUNKS

    def feed(self, chunk: Chunk) -> None:
        """Queue the chunk and let go what may go."""
        if self.end is not None:
            return
        self.queue.append(chunk)
        self.held += len(chunk.data)
        if len(self.queue) == 1:
            self.arrived_first()
        self.count(chunk)
        if self._timer is None and not (self._scheduled or self.blocked):
            self.pump()

    def finish(self, end: End) -> None:
        """The end follows the last held byte."""
        if self.end is None:
            self.end = end
            self._conclude()

    def retune(self, attributes: Mapping[str, int]) -> None:
        """Look at the queue again by the new attributes."""
        self.attributes = attributes
        self._look_again()

    def _look_again(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not (self._scheduled or self.blocked):
            self.pump()

    def resume(self) -> None:
        """What follows has room again."""
        self.blocked = False
        if self._timer is None and not self._scheduled:
            self.pump()

    def pump(self) -> None:
        """Let go what may go now, and see to it that the rest goes later."""
        self._timer = None
        was_full = self.full
        left = BATCH
        while self.queue:
            if self.next.full:
                self.blocked = True
                break
            due = self.due()
            if due > now():
                if due < math.inf:
                    self._at(due, self.pump)
                break
            if not left:
                self._scheduled = True
                turns().later(self._turn)
                break
            left -= 1
            self.let_go(due)
        self._conclude()
        if was_full and not self.full:
            self.relieved()

    def _turn(self) -> None:
        self._scheduled = False
        if self._timer is None and not self.blocked:
            self.pump()

    def _conclude(self) -> None:
        if self.end is not None and not self.queue and not self._concluded:
            self._concluded = True
            self.next.finish(self.end)

    def drain(self) -> None:
        """Let everything go at once; nothing is lost."""
        super().stop()
        while self.queue:
            chunk = self.queue.popleft()
            self.next.feed(chunk)
        self.held = 0
        self._conclude()

    def stop(self) -> None:
        """What is held never arrives."""
        super().stop()
        self.queue.clear()
        self.held = 0
        self._concluded = True

    def arrived_first(self) -> None:
        """A chunk came, and nothing was held before it."""

    def count(self, chunk: Chunk) -> None:
        """The toxic acts on this chunk."""
        self.tally.bit(len(chunk.data))

    def due(self) -> float:
        """When the first chunk may go; infinity while nothing may."""
        raise NotImplementedError

    def let_go(self, due: float) -> None:
        """Pass the first chunk on, as if it had arrived when it was due."""
        chunk = self.queue.popleft()
        self.held -= len(chunk.data)
        self.next.feed(Chunk(chunk.data, due))
