"""What a client of Redis sends: arrays of bulk strings, or inline commands; each by its name."""

from __future__ import annotations

import re

from squall_faults.proxy.resp.resp_framer import EMPTY, INLINE, Opening, RespFramer

LONGEST_NAME = 64
"""No command has a longer one; of a longer one the beginning is looked at."""
LONGEST_START = 2 * LONGEST_NAME
"""So much of an inline command is looked at."""

_TLS_HANDSHAKE = 0x16  # TLS record type
_EMPTY = re.compile(rb"\*(?:0+|-1)\r\n|\r?\n")
_NAMED = re.compile(rb"\*(\d{1,18})\r\n\$(\d{1,18})\r\n")
_NEXT = re.compile(rb"\r\n\$(\d{1,18})\r\n")
_BEGINS = re.compile(rb"\*(?:-?\d{0,18}(?:\r(?:\n(?:\$(?:\d{0,18}(?:\r\n?)?)?)?)?)?)?")
_NEXT_BEGINS = re.compile(rb"(?:\r(?:\n(?:\$(?:\d{0,18}(?:\r\n?)?)?)?)?)?")
"""What may still become one of those."""
_WITH_SECOND_WORD = frozenset({b"CLIENT"})
"""Whether CLIENT is answered at all depends on its second word."""


class CommandFramer(RespFramer):
    """What the client sends; the head of a first piece is the command's name, in capitals."""

    def _opening(self, data: bytes, place: int) -> Opening | None:
        first = data[place]
        self._values = 1
        if first == _TLS_HANDSHAKE:
            self.plain = self.encrypted = True
            return None
        if _EMPTY.match(data, place):
            self._in_line = first != ord("*")
            return Opening(EMPTY)
        if first != ord("*"):
            return self._inline(data, place)
        found = _NAMED.match(data, place)
        if found is None:
            self.plain = _BEGINS.fullmatch(data, place) is None
            return None
        name = _word(data, found.end(), int(found[2]))
        if name is None or name not in _WITH_SECOND_WORD or int(found[1]) == 1:
            return None if name is None else Opening(ord("*"), name)
        return _with_second(data, found.end() + len(name), name)

    def _inline(self, data: bytes, place: int) -> Opening | None:
        end = data.find(b"\n", place, place + LONGEST_START)
        if end < 0 and len(data) - place < LONGEST_START:
            return None
        line = data[place : end if end >= 0 else place + LONGEST_START]
        words = [word.strip(b"\"'").upper()[:LONGEST_NAME] for word in line.split()]
        self._in_line = True
        if not words:
            self.plain = end < 0
            return None if self.plain else Opening(EMPTY)
        return Opening(INLINE, b" ".join(words[: 1 + (words[0] in _WITH_SECOND_WORD)]))


def _word(data: bytes, place: int, length: int) -> bytes | None:
    """A bulk string as far as it is looked at; None: it is not there yet."""
    end = place + min(length, LONGEST_NAME)
    return None if len(data) < end else data[place:end].upper()


def _with_second(data: bytes, place: int, name: bytes) -> Opening | None:
    found = _NEXT.match(data, place)
    if found is None:
        return None if _NEXT_BEGINS.fullmatch(data, place) else Opening(ord("*"), name)
    second = _word(data, found.end(), int(found[1]))
    return None if second is None else Opening(ord("*"), name + b" " + second)
