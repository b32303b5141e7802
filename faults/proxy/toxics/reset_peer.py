"""The first byte or end of file is swallowed; ``timeout`` ms later both sides get RST.

With ``immediate`` nobody waits for a byte: idle connections are reset as well, those that are open
already, and new ones ``timeout`` ms after they were accepted.
"""

from __future__ import annotations

from collections.abc import Mapping

from faults.proxy.chunk import Chunk
from faults.proxy.toxics.stage import Stage, now


class ResetPeerStage(Stage):
    """Toxiproxy's ``reset_peer``; here the wait can be interrupted by removal."""

    def begin(self) -> None:
        """Do not wait for a byte, if asked so."""
        if self.attributes.get("immediate"):
            self._fuse()

    def feed(self, chunk: Chunk) -> None:  # noqa: ARG002 - it is gone
        """Start the countdown with the first byte; later ones are swallowed too."""
        self._fuse()

    def finish(self) -> None:
        """An end of file counts as a first byte."""
        self.finished = True
        self._fuse()

    def _fuse(self) -> None:
        milliseconds = self.attributes["timeout"]
        if milliseconds <= 0:
            self._reset()
        elif self._timer is None:
            self._at(now() + milliseconds / 1000, self._reset)

    def _reset(self) -> None:
        self.stop()
        self.tally.bites += 1
        self.connection.reset()

    def retune(self, attributes: Mapping[str, int]) -> None:
        """A countdown that runs starts again, by the new time."""
        self.attributes = attributes
        burning = self._timer is not None
        self.stop()
        if burning:
            self._fuse()
        else:
            self.begin()

    def drain(self) -> None:
        """Once a byte is swallowed there is no way back: reset at once."""
        if self._timer is not None:
            self._reset()
