"""The one place that knows driver errors: they become Transient, Ambiguous or Permanent.

SQLAlchemy's asyncpg dialect never raises OperationalError; errors of the connect phase arrive
raw (OSError, TimeoutError, and in SQLAlchemy 2.0 those of PostgreSQL, too); the pool's own time-out
is neither. What decides is the phase: before COMMIT was sent nothing has happened, after it nobody
knows.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from squall_reference.errors import (
    Ambiguous,
    Exhausted,
    Misconfigured,
    Overloaded,
    Permanent,
    ServiceError,
    Transient,
    Unreachable,
)

STALE = frozenset({"25006", "26000"})
"""SQLSTATEs that make the connection useless, though it lives."""

KINDS: dict[str, type[ServiceError]] = {
    "08": Unreachable,  # connection exceptions, the whole class
    "57P01": Unreachable,  # admin_shutdown
    "57P02": Unreachable,  # crash_shutdown
    "57P03": Unreachable,  # cannot_connect_now
    "53300": Unreachable,  # too_many_connections
    "25006": Unreachable,  # read_only_sql_transaction: this is not the primary any more
    "40": Transient,  # serialization_failure, deadlock_detected
    "55P03": Transient,  # lock_not_available
    "25P01": Transient,  # no_active_sql_transaction: the connection was out of step
    "25P02": Transient,  # in_failed_sql_transaction: the same
    "25P03": Transient,  # idle_in_transaction_session_timeout
    "0A000": Transient,  # feature_not_supported: a cached plan has become invalid
    "26000": Transient,  # invalid_sql_statement_name: the server forgot a prepared statement
    "57014": Exhausted,  # query_canceled: statement_timeout
    "53": Exhausted,  # disk full, out of memory, temporary files
    "28": Misconfigured,  # wrong password, no such role
    "3D000": Misconfigured,  # no such database
}
"""By SQLSTATE, or by its class of two characters (PostgreSQL manual, appendix A)."""


def sqlstate(error: BaseException | None) -> str | None:
    """The five characters, wherever the wrapping put them."""
    while error is not None:
        state = getattr(error, "sqlstate", None) or getattr(
            getattr(error, "orig", None), "sqlstate", None
        )
        if isinstance(state, str):
            return state
        error = error.__cause__
    return None


def kind(error: Exception) -> type[ServiceError] | None:
    """What an error means as long as no COMMIT was sent; None for what is not a database error."""
    state = sqlstate(error) or ""
    if isinstance(error, PoolTimeout):
        return Overloaded
    if isinstance(error, ssl.SSLCertVerificationError):
        return Misconfigured
    if state in KINDS or state[:2] in KINDS:
        return KINDS.get(state) or KINDS[state[:2]]
    if isinstance(error, OSError | InterfaceError):  # TimeoutError is an OSError
        return Unreachable
    if isinstance(error, DBAPIError):
        return Unreachable if error.connection_invalidated else Permanent
    return Permanent if state else None


class Commit:
    """How far a COMMIT got: the outcome follows from the phase, not from the error."""

    def __init__(self) -> None:
        self.doubtful = False
        """Sent, and no answer came."""
        self.done = False
        """The server acknowledged the COMMIT."""

    @contextmanager
    def sent(self) -> Iterator[None]:
        """Around the COMMIT: a refusal by the server is definite, silence stays doubtful."""
        self.doubtful = True
        try:
            yield
        except DBAPIError as error:
            state = sqlstate(error) or ""
            # 40003 is statement_completion_unknown: the one of its class that decides nothing.
            if state[:2] in ("40", "23") and state != "40003":
                self.doubtful = False
            raise
        self.doubtful, self.done = False, True


@contextmanager
def translate_errors(commit: Commit | None = None) -> Iterator[None]:
    """Driver errors come out as the service's; after a successful COMMIT they do not come out.

    Leaving a block with a dead connection raises once more, and would hide the first error or
    turn work that is done into a failure.
    """
    try:
        yield
    except ServiceError:
        if commit is None or not commit.done:
            raise
    except Exception as error:
        if commit is not None and commit.done:
            return
        found = kind(error)
        if found is None:
            raise
        if commit is not None and commit.doubtful:
            found = Ambiguous
        raise found(sqlstate(error)) from error
