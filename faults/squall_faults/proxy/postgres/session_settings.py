"""Settings that a session changed for itself, and that stay after its transaction.

    SET x = 1     set_config('x', '1', false)     stays once the transaction has committed
    SET LOCAL     set_config('x', '1', true)      ends with the transaction: not counted
    RESET x       RESET ALL     DISCARD ALL       what stayed is gone
    SET x = 2     where the session began with 2  the same: it is as it was

Of a value only a digest is kept: it may be the name of a tenant or of a person.

Source: PostgreSQL 18 documentation, "SET", "RESET", "DISCARD", "Configuration Settings Functions".
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterator, Mapping

MAX_NAMES = 64
"""Settings of one session that are followed; PostgreSQL has some 400, and an app sets a few."""

_ABOUT = re.compile(rb"(?:^|;)\s*(?:set|reset|discard)\b|\bset_config\s*\(", re.IGNORECASE)
_ARGUMENT = rb"(?:cast\s*\(\s*)?('(?:[^']|'')*'|\$\d{1,5}|\w+)(?:\s+as\s+[\w ]+\)|::[\w ]+)?"
_CONFIG = re.compile(
    rb"\bset_config\s*\(\s*" + rb"\s*,\s*".join([_ARGUMENT] * 3) + rb"\s*\)", re.IGNORECASE
)
_COMMAND = re.compile(
    rb"(?:^|;)\s*(set|reset|discard)\s+(?:session\s+)?(time\s+zone|[\w.\"]+)\s*(?:=|\bto\b)?([^;]*)",
    re.IGNORECASE,
)
_OF_TRANSACTION = frozenset({"local", "transaction", "constraints"})
_DISCARD_KEEPS = frozenset({"plans", "sequences", "temp", "temporary"})
_TRUE = frozenset({b"true", b"t", b"on", b"yes", b"1", b"\x01"})

Change = tuple[str, str]
"""A name and the digest of its value; an empty digest: it is as the server has it. An empty name
is every setting."""


def is_about_settings(sql: bytes) -> bool:
    """Whether a statement may change a setting of its session."""
    return _ABOUT.search(sql) is not None


def changes_of(sql: bytes, bound: bytes = b"") -> Iterator[Change]:
    """What a statement changes for longer than its transaction; ``bound``: the body of its Bind."""
    for verb, name, value in _COMMAND.findall(sql):
        yield from _command(verb.lower(), _name(name), value.strip())
    if found := _CONFIG.findall(sql):
        values = _parameters(bound)
        for arguments in found:
            name, value, local = (_value(argument, values) for argument in arguments)
            if name and local.lower() not in _TRUE:
                yield _name(name), _digest(value)


def _command(verb: bytes, name: str, value: bytes) -> Iterator[Change]:
    if verb == b"set" and name not in _OF_TRANSACTION:
        yield name, "" if value.lower() in (b"default", b"''") else _digest(value)
    elif verb == b"reset":
        yield ("" if name == "all" else name), ""
    elif verb == b"discard" and name not in _DISCARD_KEEPS:
        yield "", ""


def _name(name: bytes) -> str:
    return b" ".join(name.replace(b'"', b"").lower().split()).decode("utf-8", "replace")


def _digest(value: bytes) -> str:
    return hashlib.sha256(value.strip(b"' ")).hexdigest()[:8] if value.strip(b"' ") else ""


def _value(argument: bytes, values: list[bytes]) -> bytes:
    if argument.startswith(b"$"):
        number = int(argument[1:])
        return values[number - 1] if 0 < number <= len(values) else b""
    return argument[1:-1].replace(b"''", b"'") if argument.startswith(b"'") else argument


def _parameters(bound: bytes) -> list[bytes]:
    """The values of a Bind, whose body may be cut off; NULL is empty."""
    values: list[bytes] = []
    try:
        place = bound.index(b"\0", bound.index(b"\0") + 1) + 1
        (formats,) = struct.unpack_from(">h", bound, place)
        place += 2 + 2 * formats
        (count,) = struct.unpack_from(">h", bound, place)
        place += 2
        for _ in range(count):
            (length,) = struct.unpack_from(">i", bound, place)
            place += 4
            values.append(bound[place : place + max(length, 0)])
            place += max(length, 0)
    except (ValueError, struct.error):
        pass
    return values


class SessionSettings:
    """What one session has changed for itself."""

    __slots__ = ("_failed", "_first", "_kept", "_pending", "_rolled_back")

    def __init__(self) -> None:
        self._first: dict[str, str] = {}
        self._kept: dict[str, str] = {}
        self._pending: list[Change] = []
        self._failed = self._rolled_back = False

    @property
    def kept(self) -> Mapping[str, str]:
        """Digests of what stays, by the settings' names."""
        return self._kept

    @property
    def unsettled(self) -> bool:
        """Something was changed, and its transaction has not ended."""
        return bool(self._pending)

    def began(self, startup: bytes) -> None:
        """The parameters of a StartupMessage: what the client wants to have from the start."""
        words = startup.rstrip(b"\0").split(b"\0")
        pairs = zip(words[::2], words[1::2], strict=False)
        self._first = {_name(name): _digest(value) for name, value in pairs}

    def ran(self, sql: bytes, bound: bytes) -> None:
        """The server has run a statement that is about settings."""
        if len(self._pending) < MAX_NAMES:
            self._pending += changes_of(sql, bound)

    def completed(self, tag: bytes) -> None:
        """A CommandComplete: whether the transaction ends by a COMMIT or by a ROLLBACK."""
        self._rolled_back = tag.startswith(b"ROLLBACK")

    def failed(self) -> None:
        """An ErrorResponse: what ran since the last ReadyForQuery is undone outside of BEGIN."""
        self._failed = True

    def ready(self, status: str) -> None:
        """A ReadyForQuery: with ``I`` the transaction has ended."""
        if status == "I" and self._pending:
            if not (self._failed or self._rolled_back):
                self._apply()
            self._pending.clear()
        self._failed = False

    def _apply(self) -> None:
        for name, digest in self._pending:
            if not name:
                self._kept.clear()
            elif not digest or digest == self._first.get(name):
                self._kept.pop(name, None)
            elif name in self._kept or len(self._kept) < MAX_NAMES:
                self._kept[name] = digest
