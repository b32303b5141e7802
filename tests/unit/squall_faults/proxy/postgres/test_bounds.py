"""What a client of PostgreSQL sends cannot cost more than its length, in time or in memory."""

from __future__ import annotations

import time

import pytest
from squall_faults.proxy.postgres import messages as pg
from squall_faults.proxy.postgres import prepared_names
from squall_faults.proxy.postgres.error_statements import ends_transaction
from squall_faults.proxy.postgres.prepared_names import PreparedNames
from squall_faults.proxy.rules import wire_session
from squall_faults.proxy.rules.wire_session import WireSession


@pytest.mark.parametrize(
    "sql",
    [
        "/**/" * 15_000 + "SELECT 1",
        "/*" * 30_000,
        "/* */ -- x\n" * 5_000 + "UPDATE",
        " " * 60_000,
        "/*" * 30_000 + "*/" * 30_000 + "x",
    ],
    ids=["comments", "open comments", "both kinds", "spaces", "nested"],
)
def test_the_time_to_read_a_statement_grows_with_its_length_only(sql: str) -> None:
    begun = time.perf_counter()
    assert not ends_transaction(sql)
    assert time.perf_counter() - begun < 1.0


@pytest.mark.parametrize(
    ("sql", "ends"),
    [
        ("COMMIT", True),
        ("/* a /* nested */ one */ commit work", True),
        ("-- a line\nEND", True),
        ("ROLLBACK TO s", False),
        ("ROLLBACK WORK TO SAVEPOINT s", False),
        ("COMMIT PREPARED 'x'", False),
        ("ROLLBACK PREPARED 'x'", False),
        ("PREPARE TRANSACTION 'x'", True),
        ("PREPARE /* */ TRANSACTION 'x'", True),
        ("PREPARE x AS SELECT 1", False),
        ("ABORT AND CHAIN", True),
        ("ENDING", False),
        ("/* COMMIT", False),
        ("", False),
    ],
)
def test_what_ends_a_transaction(sql: str, ends: bool) -> None:
    assert ends_transaction(sql) is ends


def test_the_sql_of_prepared_names_is_bounded_and_what_is_forgotten_is_counted() -> None:
    names = PreparedNames()
    for number in range(1000):
        names.sent(pg.PARSE, b"s%d\0" % number + b"x" * 60_000 + b"\0\0\0")
    kept = sum(len(sql) for sql in names._statements.values())
    assert kept <= prepared_names.MAX_BYTES
    assert names.forgotten == 1000 - len(names._statements) > 900
    assert names.statement(b"s999") == b"x" * 60_000


def queries(session: WireSession, count: int, size: int) -> int:
    """How many queries are taken until the session is full."""
    data = pg.query("x" * size)
    for number in range(count):
        if session.full:
            return number
        for piece in session.client.feed(data):
            session.sent(piece)
    return count


@pytest.fixture
def session() -> WireSession:
    made = WireSession()
    made.client = type(made.client)(pg.FROM_CLIENT, startup=False)
    return made


@pytest.mark.parametrize("size", [1, 60_000])
def test_what_is_unanswered_is_bounded_and_answers_make_room(
    session: WireSession, size: int
) -> None:
    taken = queries(session, 100_000, size)
    assert taken <= wire_session.MAX_UNANSWERED
    assert taken * size <= wire_session.MAX_UNANSWERED_BYTES + size
    for _ in range(taken):
        for piece in session.server.feed(pg.message(pg.READY, b"I")):
            session.answered(piece)
    assert not session.full
    assert queries(session, 10, size) == 10
