"""What the server is sent instead of a statement that shall fail: something that truly fails.

    client ── BEGIN ── INSERT ───────────────▶ proxy ── BEGIN ── "injected error 40001" ──▶ server
    client ◀── ErrorResponse 40001 ── Z(E) ─── proxy ◀── ErrorResponse 42601 ── Z(E) ────── server

Thus the server itself aborts the transaction, ignores messages up to Sync, keeps the answers of a
pipeline in order and reports the right status; only the text of its error is exchanged. A
statement that cannot be parsed fails in every status and needs no privilege, table or language.
The server sends its error at once, without waiting for a Sync (elog.c, send_message_to_frontend).

When COMMIT itself fails, PostgreSQL leaves the transaction: the status afterwards is I, not E
(documentation, "COMMIT"; xact.c, CommitTransaction). So the end of a transaction is replaced by a
ROLLBACK and a failure behind it.
"""

from __future__ import annotations

import re

from faults.proxy.postgres import messages as pg

_NAME = b"squall injected"
_SPACE = r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)"
_END_OF_TRANSACTION = re.compile(
    rf"{_SPACE}*(?:COMMIT|END|ABORT|ROLLBACK|PREPARE{_SPACE}+TRANSACTION)\b"
    rf"(?!(?:{_SPACE}+(?:WORK|TRANSACTION))?{_SPACE}+(?:TO|PREPARED)\b)",
    re.IGNORECASE | re.DOTALL,
)


def ends_transaction(sql: str) -> bool:
    """Whether this leaves a transaction block, if it fails too; no rollback to a savepoint."""
    return _END_OF_TRANSACTION.match(sql) is not None


def failing(kind: int, sql: str, sqlstate: str) -> bytes:
    """The messages to send in place of a Query, an Execute or a FunctionCall.

    Their answers are to be swallowed up to the first ErrorResponse, which is to be exchanged.
    """
    cause = f"injected error {sqlstate}"
    if kind == pg.EXECUTE:
        before = pg.run_once(_NAME, "ROLLBACK") if ends_transaction(sql) else b""
        return before + pg.parse(_NAME, cause)
    if ends_transaction(sql):
        # Both are parsed before the first runs: the second must fail later than in the parser.
        return pg.query(f'ROLLBACK; SELECT FROM "{cause}"')
    return pg.query(cause)
