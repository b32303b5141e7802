"""Values that must not be written: registered on first use, and replaced in everything that Squall
writes.

Values from ``--env``, ``[tool.squall] environment``, a header, a login or ``$NAME`` are secrets,
also when they appear in an error message of the app. Names are written, values are not. The
exceptions are plain words (an explicit list), placeholders, prefixes of URLs and short values.
"""

from __future__ import annotations

import contextlib
import html
import json
import re
import threading
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

SHORTEST = 5
"""Minimum length in characters: replacing shorter values would damage texts and protect nothing."""

MIN_PART = 12
"""Minimum length of a part of a value, such as one of several cookies. Shorter ones are often
words.
"""

INVENTED = "c3F1YWxsLXNxdWFsbC1zcXVhbGwtc3F1YWxsLXNxdWE="
"""What ``squall init`` invents for a setting of a lab. It reveals nothing; hidden, it would spoil
an error that names it.
"""

PLAIN = frozenset({
    INVENTED.lower(),
    "debug", "info", "warning", "error", "critical", "false", "true", "local", "localhost",
    "testing", "production", "development", "staging", "postgres", "postgresql", "squall",
    "default", "127.0.0.1",
    "utf-8", "application/json", "squall_reference", "public", "disable", "enabled", "disabled",
    "password", "secret", "success", "changethis", "changeme", "string",
    "bearer", "applied", "refused", "unknown", "write", "timeout", "reset", "disconnected",
})  # fmt: skip
"""Values that reveal nothing, and words that the stored files use."""

PLAIN_HEADERS = frozenset({
    "accept", "accept-encoding", "accept-language", "content-type", "prefer", "user-agent",
})  # fmt: skip

WORD = re.compile(r"[a-z]{1,7}")
URL_PREFIX = re.compile(r"(?:/[a-z]{1,12}\d{0,2}){1,3}/?")
"""Such as ``/api/v1``, which is in the path of each request."""

_lock = threading.Lock()
_forms: dict[str, None] = {}
_pattern: re.Pattern[str] | None = None


def is_plain(value: str) -> bool:
    """Whether a value may be written: short, a number, a known word, a placeholder, a prefix."""
    text = value.strip()
    known = text.lower() in PLAIN or re.fullmatch(r"[\d.,:]{1,8}", text) is not None
    plain = re.fullmatch(r"\{[\w.:|]+\}", text) or URL_PREFIX.fullmatch(text)
    return len(text) < SHORTEST or known or plain is not None


def remember(*values: object, words_too: bool = True) -> None:
    """Replace these values from now on, including texts inside tables and lists.

    With ``words_too=False``, short lower-case words are not registered: ``POSTGRES_DB=orders`` is
    not a secret.
    """
    global _pattern  # noqa: PLW0603 - one process has one set of secrets
    with _lock:
        for text in _texts(values):
            if is_plain(text) or (not words_too and WORD.fullmatch(text)):
                continue
            for word in {text, *_parts(text)}:
                if len(word) >= SHORTEST:
                    _forms.update(dict.fromkeys(_written(word)))
        ordered = sorted(_forms, key=len, reverse=True)
        _pattern = re.compile("|".join(map(re.escape, ordered))) if ordered else None


def remember_headers(headers: Mapping[str, str]) -> None:
    """Remember the values of headers that may carry credentials."""
    for name, value in headers.items():
        if name.lower() not in PLAIN_HEADERS and "{" not in value:
            remember(value)


def redact(text: str) -> str:
    """Return the text with each registered value replaced."""
    return text if _pattern is None else _pattern.sub("[secret]", text)


def redact_values(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return the JSON value with secrets replaced. Keys are unchanged, so it can be read back."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {key: redact_values(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [redact_values(item) for item in value]
    return value


def forget() -> None:
    """Forget all values. For tests."""
    global _pattern  # noqa: PLW0603 - as above
    with _lock:
        _forms.clear()
        _pattern = None


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in _texts(item)]
    return []


def _parts(text: str) -> Iterator[str]:
    """The parts of a value that are secrets on their own: the token after its scheme, the password
    in an address.

    An app parses a value before it prints parts of it.
    """
    yield text.removeprefix("Bearer ").removeprefix("Basic ")
    if "://" in text:
        with contextlib.suppress(ValueError):
            password = urlsplit(text).password or ""
            yield from (part for part in (password, unquote(password)) if not is_plain(part))
    for part in re.split(r"[\s;,=]+", text):
        if len(part) >= MIN_PART and not WORD.fullmatch(part) and not is_plain(part):
            yield part


def _written(text: str) -> set[str]:
    """The forms that a value takes in JSON, HTML and URLs."""
    return {text, json.dumps(text)[1:-1], html.escape(text), quote(text, safe=""), repr(text)[1:-1]}


class RedactedFile:
    """A text stream that redacts what is written to it."""

    def __init__(self, stream: Any) -> None:  # noqa: ANN401 - any text stream
        self._stream = stream

    def write(self, text: str) -> int:
        """Write the text with secrets replaced."""
        self._stream.write(redact(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has
        return getattr(self._stream, name)
