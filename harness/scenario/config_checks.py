"""Whether a value of ``[tool.squall]`` is what its key wants."""

from __future__ import annotations

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
