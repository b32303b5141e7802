"""One direction of a wire: its framer, what is held, and what is dropped."""

from __future__ import annotations

from collections import deque

from squall_faults.proxy.actions import (
    Action,
    Direction,
    EndOfFile,
    Hold,
    ToClient,
    ToServer,
)
from squall_faults.proxy.pieces import INCOMPLETE, Piece, PieceFramer


class MessageFlow:
    """The state of one direction; what is done with its pieces is decided by the wire."""

    def __init__(self, direction: Direction, framer: PieceFramer) -> None:
        self.direction = direction
        self.framer = framer
        self.hold: Hold | None = None
        self.swallowing = False
        """The rest of the current message is not passed on."""
        self.source_ended = False
        self.held_bytes = 0
        self._held: deque[Piece] = deque()

    def write(self, data: bytes) -> Action:
        """The action that passes bytes on."""
        return ToServer(data) if self.direction is Direction.UP else ToClient(data)

    def keep(self, pieces: list[Piece]) -> None:
        """Put pieces behind those that are held."""
        self._held.extend(pieces)
        self.held_bytes += sum(len(piece.data) for piece in pieces)

    def give_back(self) -> list[Piece]:
        """End the hold; the first piece was judged before."""
        pieces = list(self._held)
        self._held.clear()
        self.hold, self.held_bytes = None, 0
        return pieces

    def finish(self) -> list[Piece]:
        """The source has ended: what of it is incomplete."""
        self.source_ended = True
        rest = self.framer.finish()
        return [Piece(INCOMPLETE, b"", rest, first=True, last=True)] if rest else []

    def end(self) -> list[Action]:
        """Pass on the end of file once nothing is held."""
        return [EndOfFile(self.direction)] if self.source_ended and self.hold is None else []
