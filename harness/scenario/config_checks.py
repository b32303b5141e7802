"""The keys of ``[tool.squall]``, and whether a value is what its key wants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Check = Callable[[Any], bool]

STATUSES = range(100, 600)


def text(value: object) -> bool:
    """A text that is not empty."""
    return isinstance(value, str) and bool(value.strip())


def path(value: object) -> bool:
    """A path of the app."""
    return isinstance(value, str) and value.startswith("/")


def texts(value: object) -> bool:
    """A list of texts."""
    return isinstance(value, list) and all(text(item) for item in value)


def table(value: object) -> bool:
    """A table of texts."""
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())


def reasons(value: object) -> bool:
    """A table of texts that are not empty."""
    return isinstance(value, dict) and all(text(item) for item in value.values())


def gauges(value: object) -> bool:
    """A table of gauges, each with the words of its states or none."""
    return isinstance(value, dict) and all(item == [] or texts(item) for item in value.values())


def flag(value: object) -> bool:
    """True or false."""
    return isinstance(value, bool)


def seconds(value: object) -> bool:
    """Seconds, at most a minute."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= 60  # noqa: PLR2004 - no caller waits a minute


def statuses(value: object) -> bool:
    """A list of HTTP statuses."""
    return isinstance(value, list) and all(type(item) is int and item in STATUSES for item in value)


def sessions(value: object) -> bool:
    """A number of sessions."""
    return type(value) is int and value > 0


def operations(value: object) -> bool:
    """An array of tables."""
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


KEYS: dict[str, tuple[Check, str]] = {
    "app": (text, "an import string like package.module:app, or a command with {port}"),
    "python": (text, "a path, such as .venv/bin/python"),
    "login": (operations, "an array of tables, [[tool.squall.login]]"),
    "factory": (flag, "true or false"),
    "database_env": (table, 'a table of variables, such as {DATABASE_URL = "{url}"}'),
    "environment": (table, "a table of variables and texts"),
    "setup": (texts, "a list of commands"),
    "ready": (path, "a path, such as /readyz"),
    "live": (path, "a path, such as /livez"),
    "openapi": (path, "a path, such as /openapi.json"),
    "metrics": (path, "a path, such as /metrics"),
    "gauges": (
        gauges,
        'a table of gauges, each with [] or its states from 0: ["closed", "open"]',
    ),
    "writes": (flag, "true or false"),
    "headers": (table, "a table of header names and texts"),
    "deadline_seconds": (seconds, "a number of seconds, more than 0 and at most 60"),
    "error_statuses": (statuses, "a list of HTTP statuses"),
    "error_media_type": (lambda value: isinstance(value, str), "a media type, or an empty text"),
    "retry_after_statuses": (statuses, "a list of HTTP statuses"),
    "most_sessions": (sessions, "the sessions that all pools of the app may have, 1 or more"),
    "operations": (operations, "an array of tables, [[tool.squall.operations]]"),
    "faults": (texts, 'a list of modules with faults of your own, such as ["mypkg.faults"]'),
    "skip": (reasons, "a table of outages or tags, each with the reason why it is left out"),
    "written_keys": (text, "SQL that gives key and number of rows"),
    "conserved": (table, "a table of names and SQL that gives one number"),
}
"""Every key with its check and what would be right."""
