"""Idempotency keys: the key, the request's hash and its answer in the same transaction as the work.

    claim the key (advisory lock, not waited for) ─┐
    do the work, unless its row is there           ├─ one statement, one round trip
    keep the answer                               ─┘
    nothing was done? look for the answer          the key was used: replay, or 422 if the hash
                                                   differs; not there, and locked: 409, in flight

A key in a table of another transaction, or in Redis, breaks its promise in a crash between the
two. The lock is the server's and ends with the transaction, however that ends; while it is held,
it is unknown whether the first request will have happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from squall_reference.errors import InFlight, KeyReused

ANSWER = text(
    "SELECT request_hash, body FROM answers WHERE operation = :operation AND idempotency_key = :key"
)


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer that stands, and whether it stood before."""

    body: str
    replayed: bool
    done: bool = True
    """False when the work found a reason to refuse: the transaction must be rolled back."""


def keyed(operation: str, *, work: str, made: str, answer: str, done: str = "true") -> TextClause:
    """One statement that does ``work`` once for each key and keeps its answer.

    Args:
        operation: the same key may be used for another operation.
        work: common table expressions; ``claim.mine`` says whether the key is ours.
        made: the expression that has a row if the work was done.
        answer: SQL of the answer's body, of columns of ``made``.
        done: SQL that says whether all of the work was done.
    """
    # Each part is a constant of this package: no caller's value is ever part of a statement.
    statement = f"""
        WITH claim AS MATERIALIZED (
            SELECT pg_try_advisory_xact_lock(
                hashtextextended('{operation} ' || CAST(:key AS text), 0)) AS mine
        ), {work}, kept AS (
            INSERT INTO answers (operation, idempotency_key, request_hash, status, body)
            SELECT '{operation}', CAST(:key AS text), CAST(:digest AS text), 201, {answer}
            FROM {made}
            ON CONFLICT DO NOTHING
            RETURNING body
        ) SELECT claim.mine, kept.body, {done} AS done FROM claim LEFT JOIN kept ON true"""  # noqa: S608 - see above
    return text(statement)


async def once(
    connection: AsyncConnection,
    operation: str,
    statement: TextClause,
    values: Mapping[str, Any],
) -> StoredAnswer | None:
    """The answer of :func:`keyed`; None when the work cannot be done and the key is free.

    Raises:
        InFlight, KeyReused: the transaction must be rolled back.
    """
    row = (await connection.execute(statement, values)).one()
    if row.body is not None:
        return StoredAnswer(row.body, replayed=False, done=row.done)
    # A statement of its own sees what was committed while the first one ran.
    found = (
        await connection.execute(ANSWER, {"operation": operation, "key": values["key"]})
    ).one_or_none()
    if found is None:
        if not row.mine:
            raise InFlight
        return None
    if found.request_hash != values["digest"]:
        raise KeyReused
    return StoredAnswer(found.body, replayed=True)
