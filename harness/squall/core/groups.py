"""Unwrap exception groups: callers that report an error want the error, not its group.

``except*`` is not used: before Python 3.11.4 an exception raised inside it is wrapped in a group
again (gh-103590), and Debian 12 has 3.11.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ungrouped() -> Iterator[None]:
    """Run a task group and raise its first error unwrapped, with the cause that it had."""
    try:
        yield
    except BaseExceptionGroup as group:
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from error.__cause__
