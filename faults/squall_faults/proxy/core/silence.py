"""A connection that went silent for good: whatever either side sends, the other never hears of it.

    client ──bytes──▶ ✗        ✗ ◀──bytes── server
    client ──FIN────▶ both sockets are closed: no peer is left that could wait

The server's end is not passed on either: to the client, silence is all there is. When the client
gives up, the server is let go, too, where a real network would leave that to its keep-alive.
"""

from __future__ import annotations

from squall_faults.proxy.toxics.chunk import Chunk
from squall_faults.proxy.toxics.stage import ConnectionHandle, End, Stage

NAME = "squall silence"
"""No toxic can be called so: clients name theirs in paths, this one is only in chains."""


class SilentStage(Stage):
    """The last stage of a silent link."""

    def __init__(self, connection: ConnectionHandle, *, ends: bool) -> None:
        super().__init__(connection, {})
        self._ends = ends

    @property
    def full(self) -> bool:
        """What swallows is never full."""
        return False

    def feed(self, chunk: Chunk) -> None:
        """Swallow."""

    def finish(self, end: End) -> None:
        """The client's end closes the connection; the server's is swallowed."""
        self.end = end
        if self._ends:
            self.connection.close()
