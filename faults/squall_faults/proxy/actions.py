"""What the owner of a connection must do, in this order and nothing else."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Direction(Enum):
    """Where bytes go."""

    UP = "to the server"
    DOWN = "to the client"


class ToServer(NamedTuple):
    """Write these bytes to the server."""

    data: bytes


class ToClient(NamedTuple):
    """Write these bytes to the client."""

    data: bytes


class ResetConnection(NamedTuple):
    """Close both sockets with RST; nothing follows."""


class Close(NamedTuple):
    """Close both sockets once everything is written; nothing follows."""


class Hold(NamedTuple):
    """Nothing goes in this direction until ``Wire.release``, or ``Wire.disarmed`` of the rule.

    Stop reading the source when ``Wire.held_bytes`` grows.
    """

    direction: Direction
    rule_id: str
    seconds: float | None
    """Release it after so long; None: only disarming does."""


class EndOfFile(NamedTuple):
    """The source has ended and everything before that was given out: half-close the other side."""

    direction: Direction


Action = ToServer | ToClient | ResetConnection | Close | Hold | EndOfFile
