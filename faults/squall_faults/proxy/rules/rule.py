"""Rules on messages: "on the nth message that matches, do this", armed and disarmed while in use.

on:
    startup    the StartupMessage, before the server sees it; ``statement`` is searched in a text
               such as "user=… database=… application_name=…"
    statement  Query, Execute and FunctionCall, before the server sees it
    reply      with ``tag`` the CommandComplete, else the first message that answers a statement,
               before the client sees it

do:
    cut        resets both connections; on a reply once it is complete, none of which is passed on
    stall      holds this direction until the rule is disarmed, then gives all back in order
    delay      holds this direction for ``delay_ms``
    error      the statement fails with ``sqlstate`` instead of running; a start-up is refused
    fatal      the client gets ``sqlstate`` with severity FATAL, and both connections close
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from squall_faults.proxy.rules.bounded_pattern import BoundedPattern, compile_bounded

ON = ("statement", "reply", "startup")
DO = ("cut", "stall", "delay", "error", "fatal")
STATUSES = ("I", "T", "E")

_SQLSTATE = re.compile(r"[0-9A-Z]{5}")
_CODES_OF_SUCCESS = ("00", "01", "02")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. ``transaction`` is the status of the last ReadyForQuery before the message.

    Raises:
        ValueError: a value is not possible; the text names key and value.
    """

    id: str
    on: str
    do: str
    statement: str | None = None
    """Regular expression, searched without regard to case, in bounded time."""
    tag: str | None = None
    """The same for the tag of a CommandComplete, such as ``^COMMIT$``."""
    transaction: str | None = None
    nth: int = 1
    """The first match that counts; every later one does, too."""
    times: int | None = None
    """So often it bites at most; without a limit if None."""
    share: float = 1.0
    """The share of the matches that count; the same ones each time."""
    hottest_of: int = 0
    """So many matches pass and are looked at; from then on only the commonest of them counts."""
    delay_ms: int = 0
    sqlstate: str = ""
    message: str = ""
    _statement: BoundedPattern | None = field(init=False, repr=False, compare=False, default=None)
    _tag: BoundedPattern | None = field(init=False, repr=False, compare=False, default=None)

    def __post_init__(self) -> None:
        """Check everything at the door."""
        _need("id", self.id, _clean(self.id) and self.id != "", "a text")
        _need("on", self.on, self.on in ON, f"one of {', '.join(ON)}")
        _need("do", self.do, self.do in DO, f"one of {', '.join(DO)}")
        _need("nth", self.nth, _count(self.nth), "at least 1")
        _need("times", self.times, self.times is None or _count(self.times), "at least 1, or null")
        _need("share", self.share, _share(self.share), "above 0 and at most 1")
        looks = self.hottest_of == 0 or (_count(self.hottest_of) and self.on != "startup")
        _need("hottest_of", self.hottest_of, looks, "at least 1, and left out at start-up")
        _need("message", self.message, _clean(self.message), "a text without zero bytes")
        self._check_what_fits_together()
        object.__setattr__(self, "_statement", _pattern("statement", self.statement))
        object.__setattr__(self, "_tag", _pattern("tag", self.tag))

    def _check_what_fits_together(self) -> None:
        reply, startup = self.on == "reply", self.on == "startup"
        _need("tag", self.tag, self.tag is None or reply, "left out unless on is reply")
        statuses = (None,) if startup else (None, *STATUSES)
        _need("transaction", self.transaction, self.transaction in statuses, f"one of {statuses}")
        _need("do", self.do, not (reply and self.do == "error"), "fatal or another on a reply")
        delayed = _count(self.delay_ms) if self.do == "delay" else self.delay_ms == 0
        _need("delay_ms", self.delay_ms, delayed, "at least 1 if do is delay, else left out")
        tells = self.do in ("error", "fatal")
        told = _failure(self.sqlstate) if tells else self.sqlstate == ""
        what = "five digits or capitals, and no success," if tells else "left out"
        _need("sqlstate", self.sqlstate, told, f"{what} if do is {self.do}")

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Rule:
        """A rule from decoded JSON; null is the same as leaving a key out.

        Raises:
            ValueError: a key is unknown or missing, or a value is not possible.
        """
        known = {item.name: item for item in fields(cls) if item.init}
        for key, value in values.items():
            _need(key, value, key in known, f"no key; the keys are {', '.join(known)}")
        for key in ("id", "on", "do"):
            _need(key, values.get(key), values.get(key) is not None, "given")
        return cls(**{key: value for key, value in values.items() if value is not None})

    def to_dict(self) -> dict[str, Any]:
        """What ``from_dict`` takes, with every key."""
        return {item.name: getattr(self, item.name) for item in fields(self) if item.init}

    @property
    def severity(self) -> str:
        """What an ErrorResponse of this rule says."""
        return "FATAL" if self.do == "fatal" or self.on == "startup" else "ERROR"

    @property
    def text(self) -> str:
        """The primary message of an ErrorResponse of this rule."""
        return self.message or f"injected by rule {self.id}"

    def matches(self, sql: str, status: str) -> bool:
        """Whether it is about this statement in this transaction status."""
        if self.transaction is not None and self.transaction != status:
            return False
        return self.is_about(sql)

    def is_about(self, sql: str) -> bool:
        """Whether it is about this statement in any transaction status."""
        return self._statement is None or self._statement.search(sql)

    def matches_tag(self, tag: str | None) -> bool:
        """Whether it is about a CommandComplete with this tag; None is any other message."""
        return self._tag is not None and tag is not None and self._tag.search(tag)


def _need(key: str, value: object, given: bool, what: str) -> None:  # noqa: FBT001 - a condition
    if not given:
        raise ValueError(f"{key} must be {what}, got {value!r}")


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _share(value: object) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and 0 < value <= 1  # type: ignore[operator] # it is a number


def _clean(value: object) -> bool:
    return isinstance(value, str) and "\0" not in value


def _failure(value: object) -> bool:
    return (
        isinstance(value, str)
        and _SQLSTATE.fullmatch(value) is not None
        and not value.startswith(_CODES_OF_SUCCESS)
    )


def _pattern(key: str, value: object) -> BoundedPattern | None:
    if value is None:
        return None
    _need(key, value, isinstance(value, str), "a regular expression")
    try:
        return compile_bounded(str(value), re.IGNORECASE)
    except ValueError as error:
        raise ValueError(f"{key} must be a regular expression, got {value!r}: it {error}") from None
