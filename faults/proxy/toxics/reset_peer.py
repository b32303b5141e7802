"""The first byte or end of file is swallowed; ``timeout`` ms later both sides get RST."""

from __future__ import annotations

from faults.proxy.chunk import Chunk
from faults.proxy.toxics.stage import Stage, now


class ResetPeerStage(Stage):
    """Toxiproxy's ``reset_peer``; here the wait can be interrupted by removal."""

    def feed(self, chunk: Chunk) -> None:  # noqa: ARG002 - swallowing is the point
        """Start the countdown with the first byte; later ones are swallowed too."""
        self._fuse()

    def finish(self) -> None:
        """An end of file counts as a first byte."""
        self.finished = True
        self._fuse()

    def _fuse(self) -> None:
        milliseconds = self.attributes["timeout"]
        if milliseconds <= 0:
            self.connection.reset()
        elif self._timer is None:
            self._at(now() + milliseconds / 1000, self.connection.reset)

    def drain(self) -> None:
        """Once a byte is swallowed there is no way back: reset at once."""
        burning = self._timer is not None
        self.stop()
        if burning:
            self.connection.reset()
