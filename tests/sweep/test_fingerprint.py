"""Fingerprints: literals are left out, words are kept."""

from __future__ import annotations

import pytest
from squall.sweeping.fingerprint import fingerprint_of, is_commit, tables_of


@pytest.mark.parametrize(
    ("sql", "same"),
    [
        ("SELECT * FROM t WHERE id = 1", "SELECT * FROM t WHERE id = 42"),
        ("SELECT * FROM t WHERE name = 'it''s'", "SELECT * FROM t WHERE name = 'x'"),
        ("SELECT 1 IN (1, 2, 3)", "SELECT 1 IN (4, 5)"),
        ("INSERT INTO t VALUES (1, 2), (3, 4)", "INSERT INTO t VALUES (5, 6)"),
        ("SELECT  1 -- why\n", "SELECT 2"),
        ("SAVEPOINT __asyncpg_savepoint_1__;", "SAVEPOINT __asyncpg_savepoint_2a__;"),
        ("COMMIT;", "COMMIT"),
        ("SELECT $1", "SELECT $2"),
    ],
)
def test_literals_do_not_tell_statements_apart(sql: str, same: str) -> None:
    assert fingerprint_of(sql) == fingerprint_of(same)


@pytest.mark.parametrize(
    ("sql", "other"),
    [
        ("SELECT a FROM t", "SELECT b FROM t"),
        ("SELECT t1.a FROM t1", "SELECT t2.a FROM t2"),
        ("BEGIN", "COMMIT"),
        ("BEGIN ISOLATION LEVEL READ COMMITTED", "BEGIN ISOLATION LEVEL SERIALIZABLE"),
    ],
)
def test_words_do(sql: str, other: str) -> None:
    assert fingerprint_of(sql) != fingerprint_of(other)


def test_what_ends_a_transaction_with_its_effect() -> None:
    assert is_commit("COMMIT")
    assert is_commit("end")
    assert not is_commit("ROLLBACK")
    assert not is_commit("ENDLESS")


def test_tables_of_a_statement() -> None:
    assert tables_of('SELECT * FROM "public"."orders" o JOIN items i ON true') == {
        "orders",
        "items",
    }
    assert tables_of("UPDATE items SET stock = ?") == {"items"}
