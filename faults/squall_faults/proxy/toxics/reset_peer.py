"""The first byte or end is swallowed; ``timeout`` ms later the destination gets RST.

The other direction ends when what it holds has arrived; its end is an RST, too. With ``immediate``
nothing waits for a byte: idle connections are reset as well, those that are open already, and new
ones ``timeout`` ms after they were accepted, both sides at once.
"""

from __future__ import annotations

from collections.abc import Mapping

from squall_faults.proxy.toxics.chunk import Chunk
from squall_faults.proxy.toxics.stage import End, Stage, now


class ResetPeerStage(Stage):
    """Toxiproxy's ``reset_peer``; here the wait can be interrupted by removal."""

    @property
    def full(self) -> bool:
        """What swallows is never full."""
        return False

    def begin(self) -> None:
        """Do not wait for a byte, if asked so."""
        if self.attributes.get("immediate"):
            self._fuse()

    def feed(self, chunk: Chunk) -> None:
        """Start the countdown with the first byte; later ones are swallowed too."""
        if self.end is None:
            self.tally.bytes += len(chunk.data)
            self._fuse()

    def finish(self, end: End) -> None:  # noqa: ARG002 - whatever it was, it becomes an RST
        """An end counts as a first byte."""
        if self.end is None:
            self._fuse()

    def _fuse(self) -> None:
        milliseconds = self.attributes["timeout"]
        if milliseconds <= 0:
            self._reset()
        elif self._timer is None:
            self._at(now() + milliseconds / 1000, self._reset)

    def _reset(self) -> None:
        self.stop()
        if self.end is None:
            self.end = End.RESET
            self.tally.ended_one()
            if self.attributes.get("immediate"):
                self.connection.reset()
            else:
                self.next.finish(End.RESET)

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
