"""Message boundaries in a stream of bytes, found without keeping large bodies.

    bytes in:   [Q len SELECT…][S len][d len ………………………][d len …][c len]
    pieces:     └──── 1 ─────┘└─ 2 ─┘└── 3 ──┘└── 4 ──┘└──── 5 ────┘└─ 6 ─┘

Every byte comes out once, in order. What a rule may look at (SQL, tags) is withheld until its
head is complete; rows and COPY data stream through, a run of them as one piece.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping

from squall_faults.proxy.pieces import Piece
from squall_faults.proxy.postgres import messages as pg

HEAD_LIMIT = 65_536
"""So much of a body can be examined; enough for SQL that people write."""

_HEADER = 5
_STARTUP_HEADER = 8
_NEVER = (1, 0)
_TLS_HANDSHAKE = 0x16  # TLS record type; libpq with sslnegotiation=direct starts with it
_header: Callable[[bytes, int], tuple[int, int]] = struct.Struct(">Bi").unpack_from
_startup_header: Callable[[bytes, int], tuple[int, int]] = struct.Struct(">ii").unpack_from

_EXAMINED_FROM_CLIENT = frozenset({pg.QUERY, pg.PARSE, pg.BIND, pg.EXECUTE, pg.CLOSE})
_EXAMINED_FROM_SERVER = frozenset({pg.COMMAND_COMPLETE, pg.READY})
_BULK = frozenset({pg.DATA_ROW, pg.COPY_DATA})


_piece = tuple.__new__  # half the cost of Piece(…), several times for every transaction


class Framer:
    """One direction of one connection."""

    def __init__(self, kinds: Mapping[int, tuple[int, int]], *, startup: bool) -> None:
        self._kinds = kinds
        client = kinds is pg.FROM_CLIENT
        self._examined = _EXAMINED_FROM_CLIENT if client else _EXAMINED_FROM_SERVER
        self._bulk = _BULK - {pg.DESCRIBE} if client else _BULK
        self._startup = startup
        self._held = bytearray()
        self._need = 0
        self._kind = 0
        self._left = 0
        self.answers = 0
        """So many single bytes are expected next: answers to requests for encryption."""
        self.plain = False
        """Nothing is understood any more; everything passes as it is."""
        self.encrypted = False
        """It is plain because encryption began."""

    @classmethod
    def of_client(cls) -> Framer:
        """For what the client sends: untyped packets until the StartupMessage."""
        return cls(pg.FROM_CLIENT, startup=True)

    @classmethod
    def of_server(cls) -> Framer:
        """For what the server sends."""
        return cls(pg.FROM_SERVER, startup=False)

    def feed(self, data: bytes) -> list[Piece]:
        """The pieces that these bytes complete; an incomplete head stays inside."""
        if self._held:
            self._held += data
            if len(self._held) < self._need and not self.plain:
                return []
            data = bytes(self._held)
            self._held.clear()
        pieces: list[Piece] = []
        place = 0
        while place < len(data):
            if not (self._left or self.plain or self._startup or self.answers):
                place = self._whole(data, place, pieces)
            if place < len(data):
                place = self._next(data, place, pieces)
        return pieces

    @property
    def holding(self) -> bool:
        """An incomplete head is inside."""
        return bool(self._held)

    @property
    def within(self) -> bool:
        """Not between two typed messages."""
        return bool(self._held or self._left or self._startup or self.answers or self.plain)

    def finish(self) -> bytes:
        """The incomplete head that is left when the stream ends."""
        rest = bytes(self._held)
        self._held.clear()
        return rest

    def _next(self, data: bytes, place: int, pieces: list[Piece]) -> int:
        """Add the piece that begins at ``place``; answer where the next one does."""
        if self.plain:
            pieces.append(Piece(pg.PLAIN, b"", data[place:], first=True, last=True))
            return len(data)
        if self._left:
            return self._rest(data, place, pieces)
        if self._startup:
            return self._untyped(data, place, pieces)
        if self.answers and data[place] != pg.ERROR:
            return self._answer(data, place, pieces)
        return self._typed(data, place, pieces)

    def _whole(self, data: bytes, place: int, pieces: list[Piece]) -> int:
        """The quick way through messages that are there as a whole; stops at all others."""
        size = len(data)
        kinds, examined, bulk = self._kinds, self._examined, self._bulk
        while size - place >= _HEADER:
            kind, length = _header(data, place)
            least, largest = kinds.get(kind, _NEVER)
            end = place + 1 + length
            if not least <= length <= largest or end > size or length > HEAD_LIMIT:
                break
            if kind in bulk:
                place = self._run(data, place, pieces)
                if self._left:
                    break
                continue
            head = data[place + _HEADER : end] if kind in examined else b""
            pieces.append(_piece(Piece, (kind, head, data[place:end], True, True)))
            place = end
        return place

    def _typed(self, data: bytes, place: int, pieces: list[Piece]) -> int:
        size = len(data)
        least, largest = self._kinds.get(data[place], _NEVER)
        if size - place < _HEADER and largest:
            return self._hold(data, place, _HEADER)
        kind, length = _header(data, place) if largest else (0, 0)
        if not least <= length <= largest:
            self.plain = True
            return place
        end = place + 1 + length
        if kind in self._bulk:
            return self._run(data, place, pieces)
        head = b""
        if kind in self._examined:
            shown = min(end, place + _HEADER + HEAD_LIMIT)
            if size < shown:
                return self._hold(data, place, shown - place)
            head = data[place + _HEADER : shown]
        stop = min(end, size)
        self._kind, self._left = kind, end - stop
        pieces.append(Piece(kind, head, data[place:stop], True, end == stop))
        return stop

    def _rest(self, data: bytes, place: int, pieces: list[Piece]) -> int:
        """More of a message that began in an earlier chunk."""
        if self._kind in self._bulk:
            return self._run(data, place, pieces)
        stop = min(place + self._left, len(data))
        self._left -= stop - place
        pieces.append(Piece(self._kind, b"", data[place:stop], first=False, last=not self._left))
        return stop

    def _run(self, data: bytes, place: int, pieces: list[Piece]) -> int:
        """Rows or COPY data as far as they go: the loop that bulk transfers spend their time in."""
        size = len(data)
        first = not self._left
        kind = data[place] if first else self._kind
        end = place + self._left
        largest = self._kinds[kind][1]
        while end + _HEADER <= size:
            found, length = _header(data, end)
            if found != kind or not 4 <= length <= largest:  # noqa: PLR2004 - it counts itself
                break
            end += 1 + length
        stop = min(end, size)
        self._kind, self._left = kind, end - stop
        pieces.append(Piece(kind, b"", data[place:stop], first, end == stop))
        return stop

    def _untyped(self, data: bytes, place: int, pieces: list[Piece]) -> int:
        if data[place]:  # a length of at least 2**24
            self.plain, self.encrypted = True, data[place] == _TLS_HANDSHAKE
            return place
        if len(data) - place < _STARTUP_HEADER:
            return self._hold(data, place, _STARTUP_HEADER)
        length, code = _startup_header(data, place)
        kind = pg.startup_kind(code)
        least, largest = pg.STARTUP_LENGTHS
        if kind == pg.PLAIN or not least <= length <= largest:
            self.plain = True
            return place
        if len(data) - place < length:
            return self._hold(data, place, length)
        whole = data[place : place + length]
        pieces.append(Piece(kind, whole[_STARTUP_HEADER:], whole, first=True, last=True))
        self._startup = kind in (pg.TLS_REQUEST, pg.GSS_REQUEST)
        return place + length

    def _answer(self, data: bytes, place: int, pieces: list[Piece]) -> int:
        self.answers -= 1
        byte = data[place : place + 1]
        if byte in (b"S", b"G"):
            self.plain = self.encrypted = True
        elif byte != b"N":
            self.plain = True
            return place
        pieces.append(Piece(pg.ANSWER, byte, byte, first=True, last=True))
        return place + 1

    def _hold(self, data: bytes, place: int, need: int) -> int:
        self._held += data[place:]
        self._need = need
        return len(data)
