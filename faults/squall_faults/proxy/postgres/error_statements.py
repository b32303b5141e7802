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

from squall_faults.proxy.postgres import messages as pg

_NAME = b"squall injected"
_ENDS = frozenset({"COMMIT", "END", "ABORT", "ROLLBACK"})
_WORDS_READ = 4
"""COMMIT, WORK, TO or PREPARED, and one to spare."""
_TOKEN = re.compile(
    r"(?P<space>\s+|--[^\n]*)|(?P<comment>/\*)|(?P<word>\w+)|(?P<other>.)", re.DOTALL
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")


def ends_transaction(sql: str) -> bool:
    """Whether this leaves a transaction block, if it fails too; no rollback to a savepoint."""
    words = first_words(sql)
    if words[:2] == ["PREPARE", "TRANSACTION"]:
        return True
    if not words or words[0] not in _ENDS:
        return False
    rest = words[2:] if words[1:2] in (["WORK"], ["TRANSACTION"]) else words[1:]
    return rest[:1] not in (["TO"], ["PREPARED"])


def first_words(sql: str) -> list[str]:
    """The words that a statement begins with, in capitals; the time grows with the length only."""
    words: list[str] = []
    place = 0
    while len(words) < _WORDS_READ and (found := _TOKEN.match(sql, place)):
        place = found.end()
        if found["comment"]:
            place = _comment_end(sql, place)
        elif found["word"]:
            words.append(found["word"].upper())
        elif found["other"]:
            break
    return words


def _comment_end(sql: str, place: int) -> int:
    """Where a comment ends that has begun; PostgreSQL's comments nest."""
    depth = 1
    while depth and (edge := _COMMENT_EDGE.search(sql, place)):
        depth += 1 if edge[0] == "/*" else -1
        place = edge.end()
    return len(sql) if depth else place


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
