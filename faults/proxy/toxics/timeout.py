"""Bytes are swallowed; after ``timeout`` ms without a byte the connection is closed. 0: never.

Removing the toxic closes the connection too: bytes are missing, so the stream is broken.
"""

from __future__ import annotations

from collections.abc import Mapping

from faults.proxy.chunk import Chunk
from faults.proxy.toxics.stage import Connection, Stage, now


class TimeoutStage(Stage):
    """Toxiproxy's ``timeout``: an idle timer, restarted by each swallowed chunk and each update."""

    def __init__(self, connection: Connection, attributes: Mapping[str, int]) -> None:
        super().__init__(connection, attributes)
        self._restart()

    def _restart(self) -> None:
        milliseconds = self.attributes["timeout"]
        self.stop()
        if milliseconds > 0:
            self._at(now() + milliseconds / 1000, self._close)

    def _close(self) -> None:
        self.tally.bites += 1
        self.connection.close()

    def feed(self, chunk: Chunk) -> None:  # noqa: ARG002 - it is gone
        """Swallow, and start counting again."""
        self.tally.bites += 1
        self._restart()

    def retune(self, attributes: Mapping[str, int]) -> None:
        """Count again, by the new limit."""
        self.attributes = attributes
        self._restart()

    def drain(self) -> None:
        """Close: nobody could make sense of the rest."""
        self.stop()
        self.connection.close()
