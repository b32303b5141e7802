"""The messages of PostgreSQL's protocol 3.x: their codes, their lengths, and how to write a few.

Source: PostgreSQL 18 documentation, chapter "Frontend/Backend Protocol", section "Message
Formats"; limits from src/include/libpq/libpq.h and src/interfaces/libpq/fe-protocol3.c.
"""

from __future__ import annotations

import struct

from squall_faults.proxy import pieces

# Pieces that carry no type byte on the wire have codes that no byte can have.
PLAIN = pieces.PLAIN
STARTUP = 0x101
TLS_REQUEST = 0x102
GSS_REQUEST = 0x103
CANCEL = 0x104
ANSWER = 0x105
"""The single byte that answers a request for encryption."""
INCOMPLETE = pieces.INCOMPLETE

AUTHENTICATION_DATA = ord("p")
BIND = ord("B")
CLOSE = ord("C")
COPY_DATA = ord("d")
COPY_DONE = ord("c")
COPY_FAIL = ord("f")
DESCRIBE = ord("D")
EXECUTE = ord("E")
FLUSH = ord("H")
FUNCTION_CALL = ord("F")
PARSE = ord("P")
QUERY = ord("Q")
SYNC = ord("S")
TERMINATE = ord("X")

AUTHENTICATION = ord("R")
BACKEND_KEY = ord("K")
BIND_COMPLETE = ord("2")
CLOSE_COMPLETE = ord("3")
COMMAND_COMPLETE = ord("C")
COPY_BOTH = ord("W")
COPY_IN = ord("G")
COPY_OUT = ord("H")
DATA_ROW = ord("D")
EMPTY_QUERY = ord("I")
ERROR = ord("E")
FUNCTION_RESULT = ord("V")
NEGOTIATE = ord("v")
NO_DATA = ord("n")
NOTICE = ord("N")
NOTIFICATION = ord("A")
PARAMETERS = ord("t")
PARAMETER_STATUS = ord("S")
PARSE_COMPLETE = ord("1")
PORTAL_SUSPENDED = ord("s")
READY = ord("Z")
ROW_DESCRIPTION = ord("T")

_LONG = (4, 0x3FFFFFFF)  # MaxAllocSize: one message is never larger
_SHORT = (4, 30_000)  # libpq takes more only for the types with _LONG
_NAME = (6, 10_000)  # PQ_SMALL_MESSAGE_LIMIT
_BARE = (4, 4)

FROM_CLIENT: dict[int, tuple[int, int]] = {
    AUTHENTICATION_DATA: (4, 0x10004),  # PG_MAX_AUTH_TOKEN_LENGTH
    BIND: _LONG,
    CLOSE: _NAME,
    COPY_DATA: _LONG,
    COPY_DONE: _BARE,
    COPY_FAIL: _LONG,
    DESCRIBE: _NAME,
    EXECUTE: _NAME,
    FLUSH: _BARE,
    FUNCTION_CALL: _LONG,
    PARSE: _LONG,
    QUERY: _LONG,
    SYNC: _BARE,
    TERMINATE: _BARE,
}
"""Type byte: least and largest value of the length field, which counts itself."""

FROM_SERVER: dict[int, tuple[int, int]] = {
    AUTHENTICATION: _SHORT,
    BACKEND_KEY: (9, 264),
    BIND_COMPLETE: _BARE,
    CLOSE_COMPLETE: _BARE,
    COMMAND_COMPLETE: _SHORT,
    COPY_BOTH: _SHORT,
    COPY_DATA: _LONG,
    COPY_DONE: _BARE,
    COPY_IN: _SHORT,
    COPY_OUT: _SHORT,
    DATA_ROW: _LONG,
    EMPTY_QUERY: _BARE,
    ERROR: _LONG,
    FUNCTION_RESULT: _LONG,
    NEGOTIATE: _SHORT,
    NOTICE: _LONG,
    NOTIFICATION: _LONG,
    NO_DATA: _BARE,
    PARAMETERS: _LONG,
    PARAMETER_STATUS: _SHORT,
    PARSE_COMPLETE: _BARE,
    PORTAL_SUSPENDED: _BARE,
    READY: (5, 5),
    ROW_DESCRIPTION: _LONG,
}
"""The same for the other direction."""

STARTUP_LENGTHS = (8, 10_000)
"""MAX_STARTUP_PACKET_LENGTH; also of requests for encryption and of cancel requests."""

_MAJOR = 3
_CODES = {80877102: CANCEL, 80877103: TLS_REQUEST, 80877104: GSS_REQUEST}


def startup_kind(code: int) -> int:
    """What an untyped packet with this code is; ``PLAIN`` for what protocol 3 does not know."""
    if code >> 16 == _MAJOR:
        return STARTUP
    return _CODES.get(code, PLAIN)


def message(kind: int, body: bytes = b"") -> bytes:
    """One typed message."""
    return struct.pack(">Bi", kind, len(body) + 4) + body


def text_after(body: bytes, start: int = 0) -> tuple[bytes, int]:
    """The zero-terminated text at ``start`` and the place behind it; a cut-off one ends early."""
    end = body.find(b"\0", start)
    return (body[start:], len(body)) if end < 0 else (body[start:end], end + 1)


def error_response(severity: str, sqlstate: str, text: str) -> bytes:
    """ErrorResponse with the fields that every server sends (section "Error and Notice Fields")."""
    fields = (("S", severity), ("V", severity), ("C", sqlstate), ("M", text))
    return message(ERROR, b"".join(f"{key}{value}\0".encode() for key, value in fields) + b"\0")


def query(sql: str) -> bytes:
    """A simple Query."""
    return message(QUERY, sql.encode() + b"\0")


def parse(name: bytes, sql: str) -> bytes:
    """Parse, without parameter types."""
    return message(PARSE, name + b"\0" + sql.encode() + b"\0\0\0")


def run_once(name: bytes, sql: str) -> bytes:
    """Parse, Bind, Execute and Close under a name of their own: unnamed ones stay as they were."""
    return b"".join(
        (
            parse(name, sql),
            message(BIND, name + b"\0" + name + b"\0" + b"\0\0\0\0\0\0"),
            message(EXECUTE, name + b"\0" + b"\0\0\0\0"),
            message(CLOSE, b"S" + name + b"\0"),
        )
    )
