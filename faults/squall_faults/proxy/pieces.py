"""Pieces of a stream of bytes: messages, or parts of messages, of whatever protocol."""

from __future__ import annotations

from typing import NamedTuple, Protocol

# Pieces that are not messages have codes that no byte can have.
PLAIN = 0x100
"""Bytes that are not understood, or not looked at."""
INCOMPLETE = 0x106
"""What is left of a message when the stream ends in the middle of it."""


class Piece(NamedTuple):
    """A message or a part of one; for rows and COPY data also a run of them."""

    kind: int
    """The type byte, or a code for what has none."""
    head: bytes
    """What rules look at, for kinds that are examined, in the first piece only."""
    data: bytes
    """The bytes as they came."""
    first: bool
    """The piece begins with a message."""
    last: bool
    """The piece ends with a message."""


class PieceFramer(Protocol):
    """One direction of one connection, taken apart; every byte comes out once, in order."""

    def feed(self, data: bytes) -> list[Piece]:
        """The pieces that these bytes complete; an incomplete head stays inside."""

    def finish(self) -> bytes:
        """The incomplete head that is left when the stream ends."""

    @property
    def holding(self) -> bool:
        """An incomplete head is inside."""
