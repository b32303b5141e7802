"""Bytes are swallowed; after ``timeout`` ms without a byte the connection is closed. 0: never.

Removing the toxic closes the connection too: bytes are missing, so the stream is broken.
"""

from __future__ import annotations

from collections.abc import Mapping

from squall_faults.proxy.toxics.chunk import Chunk
from squall_faults.proxy.toxics.stage import ConnectionHandle, End, Stage, now


class TimeoutStage(Stage):
    """Toxiproxy's ``timeout``: an idle timer, restarted by each swallowed chunk and each update."""

    def __init__(self, connection: ConnectionHandle, attributes: Mapping[str, int]) -> None:
        super().__init__(connection, attributes)
        self._restart()

    @property
    def full(self) -> bool:
        """What swallows is never full."""
        return False

    def _restart(self) -> None:
        milliseconds = self.attributes["timeout"]
        self.stop()
        if milliseconds > 0 and self.end is None:
            self._at(now() + milliseconds / 1000, self._close)

    def _close(self) -> None:
        self._timer = None
        self.tally.ended_one()
        self.finish(End.CLOSE)

    def feed(self, chunk: Chunk) -> None:
        """Swallow, and start counting again."""
        if self.end is None:
            self.tally.bit(len(chunk.data))
            self._restart()

    def finish(self, end: End) -> None:
        """The end of the source passes; nothing is left to wait for."""
        self.stop()
        super().finish(end)

    def retune(self, attributes: Mapping[str, int]) -> None:
        """Count again, by the new limit."""
        self.attributes = attributes
        self._restart()

    def drain(self) -> None:
        """Close: no receiver could make sense of the rest."""
        self.finish(End.CLOSE)
