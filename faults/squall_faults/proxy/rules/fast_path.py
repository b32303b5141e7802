"""Whole units that no rule is about pass without being taken apart.

    client ══ Bind Execute Sync ═▶ ┐ not one message of it     ══▶ server
                                   │ becomes an object; the
    client ◀═ 2  D  C  Z ═════════ ┘ unit waits as it came     ◀══ server

It is open while the session rests: everything was answered, nothing is held. A chunk of the
client passes if it is exactly one unit (a Query, or messages up to a Sync) and all of its SQL is
harmless; it is kept until a chunk of the server brings exactly the answers to such units. For
anything else the path is closed: the session learns what passed it by, as if it had seen it at
its time, and judges on. Lengths are followed header by header; no byte is guessed at.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable

from squall_faults.proxy.postgres import messages as pg
from squall_faults.proxy.rules.rule_set import RuleSet
from squall_faults.proxy.rules.wire_session import WireSession

LARGEST_UNIT = 8192
MAX_WAITING = 64
"""Units that are kept until they are answered: half a MiB for each connection at most."""

_HEADER = 5
_SYNC = pg.message(pg.SYNC)
_READY = pg.message(pg.READY, b"I")[:-1]
_EXECUTE_UNNAMED = 9
_MIN_DESCRIBE, _LARGEST_DESCRIBE = pg.FROM_CLIENT[pg.DESCRIBE]
_LARGEST_TAG = 256
_BARE = frozenset(
    {pg.BIND_COMPLETE, pg.PARSE_COMPLETE, pg.NO_DATA, pg.EMPTY_QUERY, pg.CLOSE_COMPLETE}
)
_SIZED = frozenset({pg.DATA_ROW, pg.ROW_DESCRIPTION})
_STATUS = {code: chr(code) for code in range(256)}
_header: Callable[[bytes, int], tuple[int, int]] = struct.Struct(">BI").unpack_from
# Globals of this module are found faster than attributes of another one, many times a statement.
_BIND, _EXECUTE, _DESCRIBE, _PARSE, _QUERY = pg.BIND, pg.EXECUTE, pg.DESCRIBE, pg.PARSE, pg.QUERY
_COMPLETE, _Z = pg.COMMAND_COMPLETE, pg.READY


class FastPath:
    """Of one connection. What passes here, the session does not see until the path is closed."""

    def __init__(self, rules: RuleSet, session: WireSession) -> None:
        self._rules = rules
        self._session = session
        self.is_open = False
        self._version = 0
        self._waiting: deque[bytes] = deque()
        self._parsed = self._bound = b""
        """The last answered units with a Parse and with a Bind: what the unnamed ones stand for."""
        self._harmless: set[bytes] = set()
        """Names of statements whose SQL no rule is about."""

    def open(self) -> None:
        """The session rests.

        Nothing happens while some rule is about every statement, or while it is open whether a
        changed setting stays: the end of the transaction must be seen.
        """
        if self._rules.about_everything or self._session.settings.unsettled:
            return
        self.is_open = True
        self._version = self._rules.version
        self._harmless.clear()

    def close(self) -> None:
        """Tell the session what passed it by."""
        if not self.is_open:
            return
        self.is_open = False
        session = self._session
        answered = [self._parsed, self._bound] if self._parsed != self._bound else [self._bound]
        for unit in answered:
            for piece in session.client.feed(unit):
                session.names.sent(piece.kind, piece.head)
        for unit in self._waiting:
            for piece in session.client.feed(unit):
                session.sent(piece)
        self._parsed = self._bound = b""
        self._waiting.clear()

    def from_client(self, data: bytes) -> int:
        """How many statements these bytes are; 0: they may not pass."""
        if len(data) > LARGEST_UNIT or len(self._waiting) >= MAX_WAITING:
            return 0
        if self._version != self._rules.version:
            return 0
        statements = self._query(data) if data.startswith(b"Q") else self._extended(data)
        if statements:
            self._waiting.append(data)
        return statements

    def _query(self, data: bytes) -> int:
        size = len(data)
        whole = size > _HEADER and _header(data, 0)[1] == size - 1
        if not whole or data.find(b"\0", _HEADER) != size - 1:
            return 0
        return int(self._rules.harmless(data[_HEADER:-1]))

    def _extended(self, data: bytes) -> int:  # noqa: C901, PLR0911 - one pass, no call per message
        """[Parse] and then Bind [Describe] Execute, once or more, with unnamed portals; Sync."""
        if not data.endswith(_SYNC):
            return 0
        stop = len(data) - len(_SYNC)
        place = statements = 0
        bound = False
        while place < stop:
            kind, length = _header(data, place)
            if kind == _BIND:
                end = data.find(b"\0", place + 6, place + 1 + length)
                if end < 0 or data[place + _HEADER]:
                    return 0
                name = data[place + 6 : end]
                if name not in self._harmless and not self._named(name):
                    return 0
                bound = True
            elif kind == _EXECUTE:
                if length != _EXECUTE_UNNAMED or data[place + _HEADER] or not bound:
                    return 0
                statements += 1
            elif kind == _DESCRIBE:
                if not _MIN_DESCRIBE <= length <= _LARGEST_DESCRIBE:
                    return 0
            elif kind != _PARSE or place or not self._unnamed(data, length):
                return 0
            place += 1 + length
        return statements if place == stop else 0

    def _named(self, name: bytes) -> bool:
        harmless = self._rules.harmless(self._session.names.statement(name))
        if harmless:
            self._harmless.add(name)
        return harmless

    def _unnamed(self, data: bytes, length: int) -> bool:
        """A Parse at the beginning. Its unit passes or closes the path, so it may be noted now."""
        end = data.find(b"\0", 6, 1 + length)
        if end < 0 or data[_HEADER] or not self._rules.harmless(data[6:end]):
            return False
        self._harmless.add(b"")
        return True

    def from_server(self, data: bytes) -> bool:
        """Whether these bytes are the answers to units that wait, and nothing else."""
        if data[-6:-1] != _READY or self._version != self._rules.version:
            return False
        stop = len(data) - 6
        place, units = 0, 1
        tags = self._rules.harmless_tags
        while place < stop:
            kind, length = _header(data, place)
            if kind in _SIZED:
                if length < 4:  # noqa: PLR2004 - it counts itself
                    return False
            elif kind == _COMPLETE:
                tag = data[place + _HEADER : place + 1 + length]
                if tag not in tags and not self._tagged(tag, length):
                    return False
            elif kind in _BARE:
                if length != 4:  # noqa: PLR2004 - it counts itself
                    return False
            elif kind == _Z and length == _HEADER:
                units += 1
            else:
                return False
            place += 1 + length
        return place == stop and self._answered(units, data[-1])

    def _tagged(self, tag: bytes, length: int) -> bool:
        return length == len(tag) + 4 <= _LARGEST_TAG and self._rules.harmless_tag(tag)

    def _answered(self, units: int, status: int) -> bool:
        if units > len(self._waiting):
            return False
        for _ in range(units):
            unit = self._waiting.popleft()
            if unit[0] != _QUERY:
                self._bound = unit
                if unit[0] == _PARSE:
                    self._parsed = unit
        self._session.status = _STATUS[status]
        return True
