"""Tasks that are run together fail as a group; whoever reports wants the error, not the group.

Not by ``except*``: before Python 3.11.4 what is raised in there is put into a group again
(gh-103590), and Debian 12 has 3.11.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ungrouped() -> Iterator[None]:
    """Around a task group: its first error comes out as it is."""
    try:
        yield
    except BaseExceptionGroup as group:
        error: BaseException = group
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from None
