"""Checks that faults on messages share."""

from __future__ import annotations

import re

from squall_faults import validate
from squall_faults.errors import InvalidFault
from squall_faults.proxy.rules.bounded_pattern import compile_bounded

SQLSTATE = re.compile(r"(?!0[012])[0-9A-Z]{5}")
"""Classes 00 to 02 are not errors, so no server sends them as one."""
MOST = 1_000_000


def pattern(name: str, value: object) -> None:
    """InvalidFault unless ``value`` is a regular expression that is searched in bounded time."""
    if not isinstance(value, str):
        raise InvalidFault(f"{name} must be a regular expression, got {value!r}")
    try:
        compile_bounded(value, re.IGNORECASE)
    except ValueError as error:
        raise InvalidFault(f"{name} {error}, got {value!r}") from None


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
    validate.whole_number("times", value, least=0, most=MOST)


def hottest(value: object) -> None:
    """InvalidFault unless ``value`` is a number of statements to look at; 0 takes all."""
    validate.whole_number("hottest_of", value, least=0, most=MOST)


def limited(value: int) -> dict[str, int]:
    """The part of a rule that limits how often it acts."""
    return {"times": value} if value else {}
