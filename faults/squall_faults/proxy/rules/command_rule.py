"""Rules on Redis commands: "on the nth command of this name, do this".

on:
    command    before the server sees it
    reply      the first byte that answers it, before the client sees it

do:
    error      on a command: the client gets ``message`` as an error, and the server runs nothing;
               within MULTI the transaction is spoilt, as by the error itself
    cut        on a reply: ``after_bytes`` of it are passed on, then the connection closes; with 0
               it is reset
    stall      on a reply: holds this direction until the rule is disarmed, then gives all back
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

DO = {"command": ("error",), "reply": ("cut", "stall")}

SETUP = frozenset({b"AUTH", b"CLIENT", b"COMMAND", b"ECHO", b"HELLO", b"QUIT", b"RESET", b"SELECT"})
"""Commands by which clients set a connection up; a rule without names is not about them."""

_NAMES = re.compile(r"[A-Za-z][\w.-]*(\|[A-Za-z][\w.-]*)*")
_LINE = re.compile(r"[^\r\n\0]{1,1000}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRule:
    """One rule.

    Raises:
        ValueError: a value is not possible; the text names key and value.
    """

    id: str
    on: str
    do: str
    command: str | None = None
    """Names, separated by ``|``; None: every command but those of ``SETUP``."""
    nth: int = 1
    """The first match that counts; every later one does, too."""
    times: int | None = None
    """So often it bites at most; without a limit if None."""
    share: float = 1.0
    """The share of the matches that count; the same ones each time."""
    message: str = ""
    """The error, with its code: ``LOADING the dataset is being loaded``."""
    after_bytes: int = 0
    _names: frozenset[bytes] = field(init=False, repr=False, compare=False, default=frozenset())

    def __post_init__(self) -> None:
        """Check everything at the door."""
        _need("id", self.id, _matches(_LINE, self.id), "one line of text")
        _need("on", self.on, self.on in DO, f"one of {', '.join(DO)}")
        known = DO[self.on]
        _need("do", self.do, self.do in known, f"one of {', '.join(known)} on {self.on}")
        named = self.command is None or _matches(_NAMES, self.command)
        _need("command", self.command, named, "names, separated by |")
        _need("nth", self.nth, _count(self.nth), "at least 1")
        _need("times", self.times, self.times is None or _count(self.times), "at least 1, or null")
        _need("share", self.share, _share(self.share), "above 0 and at most 1")
        told = _matches(_LINE, self.message) if self.do == "error" else self.message == ""
        _need("message", self.message, told, "one line if do is error, else left out")
        cut = self.after_bytes == 0 or (_count(self.after_bytes) and self.do == "cut")
        _need("after_bytes", self.after_bytes, cut, "at least 1 if do is cut, else left out")
        names = (self.command or "").upper().encode()
        object.__setattr__(self, "_names", frozenset(names.split(b"|")) - {b""})

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> CommandRule:
        """A rule from decoded JSON; null is the same as leaving a key out.

        Raises:
            ValueError: a key is unknown or missing, or a value is not possible.
        """
        known = [item.name for item in fields(cls) if item.init]
        for key, value in values.items():
            _need(key, value, key in known, f"no key; the keys are {', '.join(known)}")
        for key in ("id", "on", "do"):
            _need(key, values.get(key), values.get(key) is not None, "given")
        return cls(**{key: value for key, value in values.items() if value is not None})

    def to_dict(self) -> dict[str, Any]:
        """What ``from_dict`` takes, with every key."""
        return {item.name: getattr(self, item.name) for item in fields(self) if item.init}

    @property
    def hottest_of(self) -> int:
        """Every command counts."""
        return 0

    @property
    def error(self) -> bytes:
        """The reply of a rule that answers with an error."""
        return b"-" + self.message.encode() + b"\r\n"

    def is_about(self, name: bytes) -> bool:
        """Whether it is about a command, by its name in capitals."""
        first = name.partition(b" ")[0]
        return first in self._names if self._names else first not in SETUP


def _need(key: str, value: object, given: bool, what: str) -> None:  # noqa: FBT001 - a condition
    if not given:
        raise ValueError(f"{key} must be {what}, got {value!r}")


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _share(value: object) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and 0 < value <= 1  # type: ignore[operator] # it is a number


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
