"""Whether a pooled connection and its server still agree on the transaction.

    app ─ BEGIN ─▶ server: refused          asyncpg 0.32 keeps the transaction that did not start
    app ─ SAVEPOINT ─▶ server: 25P01        so the next one on this connection is "nested", for ever

A connection on which BEGIN or ROLLBACK failed, or that reports a transaction status that the app
did not cause, must not go back to the pool: it would fail every later request.
"""

from __future__ import annotations

from typing import Any

OUT_OF_STEP = frozenset({"25P01", "25P02"})
"""no_active_sql_transaction, in_failed_sql_transaction: this app causes neither by itself."""

DECIDED = ("23", "40")
"""Classes with which the server refuses a COMMIT and ends the transaction all the same."""


def is_out_of_step(dbapi_connection: Any, statement: str | None, state: str | None) -> bool:  # noqa: ANN401 - SQLAlchemy's adapter of asyncpg
    """Whether the connection must be replaced after this error.

    Args:
        dbapi_connection: SQLAlchemy's adapter of asyncpg's connection.
        statement: what was executed; None for COMMIT and ROLLBACK.
        state: the error's SQLSTATE, if it has one.
    """
    if state in OUT_OF_STEP:
        return True
    if statement is None:
        return state is None or state[:2] not in DECIDED
    # SQLAlchemy sends BEGIN with the first statement; a transaction that started is kept there.
    return not dbapi_connection.autocommit and dbapi_connection._transaction is None  # noqa: SLF001 - there is no public way
