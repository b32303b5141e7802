"""The one place that knows driver errors: they become Transient, or stay bugs.

SQLAlchemy's asyncpg dialect never raises OperationalError; errors of the connect phase arrive
raw (OSError, TimeoutError), the pool's own time-out is neither. What decides is the phase: before
COMMIT was sent nothing has happened, after it nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app_under_test.errors import Overloaded, Transient

TRANSIENT = frozenset(
    {
        "40001",  # serialization_failure
        "40P01",  # deadlock_detected
        "55P03",  # lock_not_available
        "57014",  # query_canceled: statement_timeout
        "57P01",  # admin_shutdown
        "57P02",  # crash_shutdown
        "57P03",  # cannot_connect_now
        "53300",  # too_many_connections
        "53100",  # disk_full
        "25006",  # read_only_sql_transaction
        "25P03",  # idle_in_transaction_session_timeout
        "0A000",  # feature_not_supported: a cached plan has become invalid
        "26000",  # invalid_sql_statement_name: the server forgot a prepared statement
    }
)
"""SQLSTATEs after which nothing has happened and a repeat may succeed."""

STALE = frozenset({"25006", "26000"})
"""SQLSTATEs that make the connection useless, though it lives."""


def sqlstate(error: BaseException) -> str | None:
    """The five characters, wherever the wrapping put them."""
    seen: BaseException | None = error
    while seen is not None:
        state = getattr(seen, "sqlstate", None) or getattr(
            getattr(seen, "orig", None), "sqlstate", None
        )
        if isinstance(state, str):
            return state
        seen = seen.__cause__
    return None


def is_transient(error: BaseException) -> bool:
    """Whether nothing has happened, if the COMMIT was not sent yet."""
    state = sqlstate(error) or ""
    if isinstance(error, OSError | TimeoutError):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, InterfaceError) or state in TRANSIENT or state.startswith("08")


@contextmanager
def translated() -> Iterator[None]:
    """Errors before COMMIT: nothing has happened."""
    try:
        yield
    except PoolTimeout as error:
        raise Overloaded from error
    except (DBAPIError, OSError) as error:
        if is_transient(error):
            raise Transient from error
        raise
    except Exception as error:
        if sqlstate(error) is not None and is_transient(
            error
        ):  # raw driver errors while connecting
            raise Transient from error
        raise


class Commit:
    """How far a COMMIT got: whoever asks for the outcome needs the phase, not the error."""

    def __init__(self) -> None:
        self.doubtful = False
        """Sent, and no answer came."""
        self.done = False
        """The server said that it is committed."""

    @contextmanager
    def sent(self) -> Iterator[None]:
        """Around the COMMIT: a definite refusal is transient, silence stays doubtful."""
        self.doubtful = True
        try:
            yield
        except DBAPIError as error:
            if sqlstate(error) in ("40001", "40P01"):
                self.doubtful = False
            raise
        self.doubtful, self.done = False, True
