"""Events that the log of the app tells of."""

from __future__ import annotations

from dataclasses import dataclass

from squall.core.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class LogProblem(Event):
    """The app's log reported an unhandled error. ``at`` is when the log was read."""

    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorsLogged(Event):
    """Errors of the app's log with the same exception, message and line. ``at`` is the first."""

    exception: str
    """The exception's class, such as ``ConnectionError``; empty for a line without a traceback."""
    message: str
    place: str
    """The innermost line of the project, ``shop/main.py:81 in list_items``; empty if there is none.
    """
    count: int
    unhandled: int
    """How many of them were unhandled."""
    last: float
    """When the last one was logged."""
    in_handler: int = 0
    """How many of them a handler of errors raised."""
