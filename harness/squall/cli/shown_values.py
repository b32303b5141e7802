"""Which option values the reproduce command shows: an explicit list; others are placeholders.

The command is in every report, and a report is an artefact of CI.
"""

from __future__ import annotations

import re

FORMS = ("url", "asyncpg", "psycopg", "psycopg2")

VERBATIM = frozenset({
    "python", "ready", "live", "openapi", "deadline", "skip", "writes", "wait", "operations",
})  # fmt: skip
"""Options whose values are written as given. No other option's value is written."""

PLAIN_WORD = re.compile(r"[A-Za-z0-9_./:{}-]{1,100}")


def shown_value(name: str, text: str) -> str:
    """A value as it may be written: a name is kept, its value becomes a variable to fill in."""
    if name in VERBATIM:
        return text
    if name in ("env", "header", "database_env"):
        key, separator, value = text.partition(":" if name == "header" else "=")
        plain = not separator or value in FORMS or re.fullmatch(r"\{\w+\}", value)
        return text if plain else f"{key}{separator}{_variable(key)}"
    return text if PLAIN_WORD.fullmatch(text) else shown_command(text, _variable(name))


def shown_command(text: str, otherwise: str = "$VALUE") -> str:
    """A command with its plain words; words that could carry a value become variables."""
    words, after_option = [], False
    for word in text.split():
        key, separator, _ = word.partition("=")
        plain = bool(PLAIN_WORD.fullmatch(word)) and "@" not in word and not separator
        if plain and not (after_option and not word.startswith("{") and not word.isdigit()):
            words.append(word)
        else:
            words.append(f"{key}={_variable(key)}" if separator else otherwise)
        after_option = word.startswith("--") and not separator
    return " ".join(words)


def _variable(name: str) -> str:
    return "$" + re.sub(r"\W+", "_", name.strip().strip("-")).upper()
