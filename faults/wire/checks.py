"""Checks that faults on messages share."""

from __future__ import annotations

import re

from faults import checks
from faults.errors import InvalidFault

SQLSTATE = re.compile(r"(?!0[012])[0-9A-Z]{5}")
"""Classes 00 to 02 are no errors, so no server sends them as one."""
MOST = 1_000_000


def pattern(name: str, value: object) -> None:
    """InvalidFault unless ``value`` is a regular expression."""
    if not isinstance(value, str):
        raise InvalidFault(f"{name} must be a regular expression, got {value!r}")
    try:
        re.compile(value)
    except re.error as error:
        raise InvalidFault(f"{name} is no regular expression: {error}, got {value!r}") from None


def sqlstate(value: object) -> None:
    """InvalidFault unless ``value`` has the form of a SQLSTATE (PostgreSQL, Appendix A)."""
    if not isinstance(value, str) or not SQLSTATE.fullmatch(value):
        raise InvalidFault(
            f"sqlstate must be five digits or capitals of an error, in quotes, got {value!r}"
        )


def message(value: object) -> None:
    """InvalidFault unless ``value`` is a text that an ErrorResponse can carry."""
    if not isinstance(value, str) or "\0" in value:
        raise InvalidFault(f"message must be a text without zero bytes, got {value!r}")


def times(value: object) -> None:
    """InvalidFault unless ``value`` is a number of times; 0 stands for every time."""
    checks.whole_number("times", value, least=0, most=MOST)


def limited(value: int) -> dict[str, int]:
    """The part of a rule that limits how often it acts."""
    return {"times": value} if value else {}
