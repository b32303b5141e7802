"""Texts by the name, format and pattern of a field. Texts that must be unique are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from squall.workload.openapi.document import CannotGenerate

FILE = "squall-file:squall"
"""Prefix of a text that is sent as a file, see :mod:`squall.workload.http_exchange`."""

PASSWORD = "Squall-2026-Pass"  # noqa: S105 - of users in a throw-away database
UNIQUE = "{unique}"
"""Nine digits: short enough for a user name, and very rarely equal for two requests."""

KEY_ROOM = 32
"""Number of characters that a text with the key of its request needs."""

BY_FORMAT = {
    "email": "squall-{key}@example.com",
    "idn-email": "squall-{key}@example.com",
    "date": "2030-01-15",
    "date-time": "2030-01-15T10:00:00Z",
    "time": "10:00:00",
    "duration": "PT1H",
    "uri": "https://example.com/squall",
    "url": "https://example.com/squall",
    "uuid": "5a1e0000-0000-4000-8000-000{unique}",
    "uuid4": "5a1e0000-0000-4000-8000-000{unique}",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "hostname": "example.com",
    "json-string": "{}",
    "binary": FILE,
    "password": PASSWORD,
}
BY_NAME = (
    (r"e.?mail", "squall-{key}@example.com"),
    (r"pass|pwd", PASSWORD),
    (r"phone|mobile|\btel\b", "+1415555{int:1000..9999}"),
    (r"^(birth.*|dob)$|(^|_)date$", "1990-01-15"),
    (r"url|link|avatar|website|homepage", "https://example.com/squall-{key}"),
    (r"colou?r$", "#336699"),
    (r"currency", "EUR"),
    (r"country", "DE"),
    (r"lang|locale", "en"),
    (r"time.?zone|^tz$", "UTC"),
    (r"zip|postal", "10115"),
    (r"user.?name|login|nick|handle|slug", "squall" + UNIQUE),
)
BY_PARAMETER = (
    (r"e.?mail", "squall@example.com"),
    (r"^q$|search|query|term|keyword|text|title|(^|_)name$", "squall"),
    (r"(^|_)date$|^date_|Date$|^(since|until)$", "2030-01-15"),
    (r"message|comment|(^|_)note|content|(^|_)body$|descri|reason|subject|label|topic", "squall"),
    (r"prompt|question|(^|_)city$|phrase", "squall"),
    (r"currency", "EUR"),
    (r"country", "DE"),
    (r"lang|locale", "en"),
    (r"time.?zone|^tz$", "UTC"),
)
"""What a client asks for; nothing of it has to be unique."""

IDENTITY = re.compile(r"(?:[^a-z]|^)(?:id|uuid|guid|uid|pk|slug)$|Id$")

CANDIDATES = (
    "squall" + UNIQUE, "Squall" + UNIQUE, "squall", "Squall", "SQUALL", "#336699", "+14155552671",
    "1234567890", "12345", "10115", "2030-01-15", "10:00", "https://example.com/", "A1", "a", "1",
    PASSWORD,
)  # fmt: skip
"""Candidates for the pattern of a text."""

MAX_PATTERN = 200


def likely_text(schema: Mapping[str, Any], name: str) -> str:
    """A text for a field of that name. CannotGenerate if none is known."""
    if "contentMediaType" in schema:
        return FILE
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        return _matching(pattern, name)
    known = BY_FORMAT.get(str(schema.get("format")))
    if known is not None:
        return known
    return _fitting(_texts(name), schema)


def likely_parameter(schema: Mapping[str, Any], name: str) -> str:
    """A text for a parameter of a query or a header; empty if none is known.

    An identity is never guessed: it has to come from the app.
    """
    if schema.get("type") != "string" or {"pattern", "enum", "const", "default"} & set(schema):
        return ""
    known = BY_FORMAT.get(str(schema.get("format")), "")
    if known:
        return "" if "{" in known or known == PASSWORD else known
    if IDENTITY.search(name):
        return ""
    return next((text for words, text in BY_PARAMETER if re.search(words, name, re.IGNORECASE)), "")


def _texts(name: str) -> Iterator[str]:
    """The texts for a name, the best first."""
    for words, text in BY_NAME:
        if re.search(words, name, re.IGNORECASE):
            yield text
    yield from ("squall {key}", "squall" + UNIQUE, "s" + UNIQUE, "squall", "a")


def _fitting(texts: Iterator[str], schema: Mapping[str, Any]) -> str:
    """The first text within the limits of length."""
    least = whole_number(schema.get("minLength"), 0)
    most = whole_number(schema.get("maxLength"), 10_000)
    for text in texts:
        if _longest(text) <= most:
            return text + "x" * max(0, least - _shortest(text))
    raise CannotGenerate("no text is so short")


def _longest(text: str) -> int:
    return len(text.replace(UNIQUE, "9" * 9).replace("{key}", "k" * KEY_ROOM))


def _shortest(text: str) -> int:
    return len(text.replace(UNIQUE, "9" * 9).replace("{key}", ""))


def _matching(pattern: str, name: str) -> str:
    """A text that matches the pattern. Raises CannotGenerate."""
    if alternatives := choices_of(pattern):
        return alternatives[0]
    if len(pattern) <= MAX_PATTERN:
        for text in (*_texts(name), *CANDIDATES):
            sample = text.replace(UNIQUE, "123456789").replace("{key}", "run-1")
            try:
                if re.search(pattern, sample):
                    return text
            except re.error:
                break
    raise CannotGenerate(f"no text is known that fits {pattern[:60]!r}")


ALTERNATIVES = re.compile(r"^\^?\((?:\?:)?(?P<words>[\w -]+(?:\|[\w -]+)+)\)\$?$")


def choices_of(pattern: object) -> list[str]:
    """The words of a pattern that only lists words, ``^(buyer|seller)$``; else empty."""
    found = ALTERNATIVES.match(pattern) if isinstance(pattern, str) else None
    return found["words"].split("|") if found else []


def whole_number(value: object, default: int) -> int:
    """The limit in a schema, if it is a number."""
    try:
        return int(value) if isinstance(value, (int, float)) else default
    except (OverflowError, ValueError):
        return default
