"""A stage that holds chunks in order and lets them go later."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from faults.proxy.chunk import Chunk
from faults.proxy.toxics.stage import Connection, Stage


class QueuedStage(Stage):
    """Chunks wait in ``queue``; subclasses say in :meth:`pump` which may go."""

    def __init__(self, connection: Connection, attributes: Mapping[str, int]) -> None:
        super().__init__(connection, attributes)
        self.queue: deque[Chunk] = deque()

    def feed(self, chunk: Chunk) -> None:
        """Queue the chunk and let go what may go."""
        self.queue.append(chunk)
        self.held += len(chunk.data)
        if self._timer is None:
            self.pump()
        if self.queue:
            self.tally.bites += 1

    def finish(self) -> None:
        """The end follows the last held byte."""
        self.finished = True
        if not self.queue:
            self.next.finish()

    def retune(self, attributes: Mapping[str, int]) -> None:
        """Look at the queue again by the new attributes."""
        self.attributes = attributes
        self.stop()
        self.pump()

    def drain(self) -> None:
        """Let everything go at once; nothing is lost."""
        self.stop()
        while self.queue:
            self.let_go(self.queue[0].at)

    def pump(self) -> None:
        """Let go what may go now, and make an appointment for the rest."""
        raise NotImplementedError

    def let_go(self, at: float) -> None:
        """Pass the first chunk on, as if it had arrived at ``at``."""
        chunk = self.queue.popleft()
        self.held -= len(chunk.data)
        self.next.feed(Chunk(chunk.data, at))
        if self.finished and not self.queue:
            self.next.finish()
