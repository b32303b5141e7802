"""Events that the log of the database's server tells of."""

from __future__ import annotations

from dataclasses import dataclass

from squall.core.event import Event

ABORTED = "aborted"
"""Their transaction had failed before (25P02)."""
UNSEEN = "unseen"
"""They name a table, a column or a schema that the session does not see, or may not use."""
ENDED = "ended"
"""Sessions that somebody ended by a command, such as ``pg_terminate_backend`` (57P01)."""
TAKEN = "taken"
"""They make what their session has already: a cursor, a prepared statement, a table (42P03, 42P05,
42P07).
"""

DEADLOCKED = "deadlocked"
"""Transactions waited for each other's rows, and the server ended one (40P01)."""

READ_ONLY = "read-only"
"""They write, in a transaction that may only read (25006)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementsRefused(Event):
    """Statements that the server itself refused, or sessions that it ended, for one reason."""

    why: str
    """:data:`ABORTED`, :data:`UNSEEN`, :data:`TAKEN`, :data:`ENDED`, :data:`DEADLOCKED` or
    :data:`READ_ONLY`.
    """
    before: int
    """Since the server started, before the first load of the lab: what it refuses without a fault.
    """
    during: int
    """From then to the end of the run."""
