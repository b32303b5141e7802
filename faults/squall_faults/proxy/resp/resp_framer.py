"""Where commands and replies begin and end in a stream of RESP, without keeping their bodies.

    bytes in:   [*3 $3 SET $1 k $5 he][llo][*1 $4 PING]           [+OK][$5 he][llo]
    pieces:     └───────── 1 ────────┘└ 2 ┘└──── 3 ────┘          └ 1 ┘└─ 2 ─┘└ 3 ┘

Every byte comes out once, in order. Withheld is at most a header that is not complete, and of a
command what comes before its name. An aggregate is a number of values that are still to come, so
deep nesting costs nothing; only streamed aggregates are remembered, and bounded.

Source: Redis documentation, "Redis serialization protocol specification"; limits of inline commands
and of lengths from src/networking.c.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from squall_faults.proxy.pieces import PLAIN, Piece

EMPTY = 0x110
"""A line or an array without a word: the server reads on and answers nothing."""
INLINE = 0x111
"""A command as a line of words."""

MAX_STREAMED = 64
"""Streamed aggregates within each other."""

LONGEST_HEADER = 32
_LINES = frozenset(b"+-:_#,(")
_BULKS = frozenset(b"$!=")
_AGGREGATES = {ord("*"): 1, ord("~"): 1, ord(">"): 1, ord("%"): 2, ord("|"): 2}
_STREAMED = frozenset(b"*~%")
_END_OF_STREAM, _CHUNK = ord("."), ord(";")
_KNOWN = _LINES | _BULKS | frozenset(_AGGREGATES) | {_END_OF_STREAM, _CHUNK}
_HEADER = re.compile(rb".(-1|\d{1,18}|\?)\r\n", re.DOTALL)


class Opening(NamedTuple):
    """How a message begins."""

    kind: int
    head: bytes = b""


class RespFramer:
    """One direction of one connection; as it is, that of the server."""

    def __init__(self) -> None:
        self._held = b""
        self._body = 0
        """Bytes of a bulk string that are still to come, with the line end behind it."""
        self._in_line = False
        self._chunked = False
        """Within a streamed string."""
        self._values = 0
        """Values that are still to come in the current message or streamed aggregate."""
        self._streams: list[int] = []
        """The same for what is around each streamed aggregate."""
        self._within = False
        self.plain = False
        """Nothing is understood any more; everything passes as it is."""
        self.encrypted = False
        """It is plain because encryption began."""

    @property
    def holding(self) -> bool:
        """An incomplete head is inside."""
        return bool(self._held)

    def finish(self) -> bytes:
        """The incomplete head that is left when the stream ends."""
        rest, self._held = self._held, b""
        return rest

    def feed(self, data: bytes) -> list[Piece]:
        """The pieces that these bytes complete; an incomplete head stays inside."""
        data, self._held = self._held + data, b""
        pieces: list[Piece] = []
        begin = place = 0
        opening = Opening(0)
        while place < len(data) and not self.plain:
            if not self._within and begin == place:
                found = self._opening(data, place)
                if found is None:
                    break
                opening = found
            step = self._step(data, place)
            if step < 0:
                break
            place += step
            if self._ended():
                pieces.append(self._piece(opening, data[begin:place], last=True))
                begin = place
        if begin < place:
            pieces.append(self._piece(opening, data[begin:place], last=False))
        if self.plain and place < len(data):
            pieces.append(Piece(PLAIN, b"", data[place:], first=True, last=True))
        else:
            self._held = data[place:]
        return pieces

    def _piece(self, opening: Opening, data: bytes, *, last: bool) -> Piece:
        first = not self._within
        self._within = not last
        kind, head = opening if first else (0, b"")
        return Piece(kind, head, data, first, last)

    def _ended(self) -> bool:
        """A whole message is complete."""
        return not (self._values or self._streams or self._body or self._in_line)

    def _opening(self, data: bytes, place: int) -> Opening | None:
        """How the message at this place begins; None: more bytes are needed to know."""
        self._values = 1
        return Opening(data[place])

    def _step(self, data: bytes, place: int) -> int:
        """Take what is at this place; this many bytes, or -1 when a header is not complete."""
        if self._body:
            return self._rest_of_body(len(data) - place)
        if self._in_line:
            return self._rest_of_line(data, place)
        kind = data[place]
        if self._streams and not self._values and kind != _END_OF_STREAM:
            self._values = 1  # another one of a number that is not known
        if kind in _LINES and not self._chunked:
            self._in_line = True
            return self._rest_of_line(data, place)
        return self._header(data, place)

    def _rest_of_body(self, there: int) -> int:
        step = min(self._body, there)
        self._body -= step
        if not self._body and not self._chunked:
            self._values -= 1
        return step

    def _rest_of_line(self, data: bytes, place: int) -> int:
        end = data.find(b"\n", place)
        if end < 0:
            return len(data) - place
        self._in_line = False
        self._values -= 1
        return end + 1 - place

    def _header(self, data: bytes, place: int) -> int:
        end = data.find(b"\n", place, place + LONGEST_HEADER) + 1
        if not end:
            self.plain = len(data) - place >= LONGEST_HEADER or data[place] not in _KNOWN
            return -1
        kind, line = data[place], data[place:end]
        found = _HEADER.fullmatch(line)
        if kind == _END_OF_STREAM and line == b".\r\n":
            understood = self._end_stream()
        else:
            understood = found is not None and self._sized(kind, found[1])
        if not understood:
            self.plain = True
            return -1
        return end - place

    def _sized(self, kind: int, size: bytes) -> bool:
        """Take a header with a length; whether there is such a one here."""
        if self._chunked or kind == _CHUNK:
            return self._chunk(kind, size)
        if kind in _BULKS:
            return self._bulk(kind, size)
        if kind not in _AGGREGATES:
            return False
        if size == b"?":
            return kind in _STREAMED and self._begin_stream()
        if size == b"-1":
            self._values -= 1
            return kind == ord("*")
        count = int(size) * _AGGREGATES[kind]
        self._values += count - (kind != ord("|"))  # attributes come before the value itself
        return True

    def _bulk(self, kind: int, size: bytes) -> bool:
        if size == b"?":
            self._chunked = True
            return kind == ord("$")
        if size == b"-1":
            self._values -= 1
            return kind == ord("$")
        self._body = int(size) + 2
        return True

    def _chunk(self, kind: int, size: bytes) -> bool:
        if not self._chunked or kind != _CHUNK or not size.isdigit():
            return False
        if int(size):
            self._body = int(size) + 2
        else:
            self._chunked = False
            self._values -= 1
        return True

    def _begin_stream(self) -> bool:
        self._streams.append(self._values - 1)
        self._values = 0
        return len(self._streams) <= MAX_STREAMED

    def _end_stream(self) -> bool:
        if not self._streams or self._values or self._chunked:
            return False
        self._values = self._streams.pop()
        return True
