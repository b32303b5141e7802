"""Which settings of a session stay, as far as the wire shows it."""

from __future__ import annotations

import struct

import pytest
from squall_faults.proxy.postgres.session_settings import (
    MAX_NAMES,
    SessionSettings,
    changes_of,
    is_about_settings,
)


def bind(*values: bytes | None) -> bytes:
    """The body of a Bind of the unnamed statement, with these parameters as text."""
    parameters = b"".join(
        struct.pack(">i", -1) if value is None else struct.pack(">i", len(value)) + value
        for value in values
    )
    return b"\0\0" + struct.pack(">hh", 0, len(values)) + parameters + b"\0\0"


def names(sql: str, *values: bytes | None) -> list[tuple[str, bool]]:
    """Each change's setting, and whether it has a value of its own afterwards."""
    return [(name, bool(digest)) for name, digest in changes_of(sql.encode(), bind(*values))]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SET statement_timeout = 500", [("statement_timeout", True)]),
        ("set session search_path to tenant_7, public", [("search_path", True)]),
        ("SET \"app.org\" TO '7'", [("app.org", True)]),
        ("SET TIME ZONE 'UTC'", [("time zone", True)]),
        ("SET ROLE auditor", [("role", True)]),
        ("BEGIN; SET lock_timeout = 5; SELECT 1", [("lock_timeout", True)]),
        ("SET statement_timeout TO DEFAULT", [("statement_timeout", False)]),
        ("RESET statement_timeout", [("statement_timeout", False)]),
        ("RESET ALL", [("", False)]),
        ("SELECT pg_advisory_unlock_all(); CLOSE ALL; UNLISTEN *; RESET ALL;", [("", False)]),
        ("DISCARD ALL", [("", False)]),
        ("DISCARD PLANS", []),
        ("SET LOCAL statement_timeout = 500", []),
        ("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", []),
        ("SET CONSTRAINTS ALL DEFERRED", []),
        ("UPDATE items SET stock = 1", []),
        ("SELECT set_config('app.org', '7', false)", [("app.org", True)]),
        ("SELECT set_config('app.org', '7', true)", []),
        ("SELECT set_config('app.org', '', false)", [("app.org", False)]),
        ("select pg_catalog.set_config( 'a.b' , 'o''clock' , FALSE ), 1", [("a.b", True)]),
    ],
)
def test_a_statement(sql: str, expected: list[tuple[str, bool]]) -> None:
    assert names(sql) == expected
    if expected:
        assert is_about_settings(sql.encode())


@pytest.mark.parametrize(
    ("sql", "values", "expected"),
    [
        ("SELECT set_config('app.org', $1, false)", (b"7",), [("app.org", True)]),
        ("SELECT set_config('app.org', $1::VARCHAR, $2)", (b"7", b"f"), [("app.org", True)]),
        ("SELECT set_config($1, $2, $3)", (b"a.b", b"7", b"false"), [("a.b", True)]),
        ("SELECT set_config($1, $2, $3)", (b"a.b", b"7", b"\0"), [("a.b", True)]),
        ("SELECT set_config($1, $2, $3)", (b"a.b", b"7", b"t"), []),
        ("SELECT set_config($1, $2, $3)", (b"a.b", b"7", b"\x01"), []),
        ("SELECT set_config('a.b', CAST($1 AS text), false)", (None,), [("a.b", False)]),
        ("SELECT set_config($9, $2, false)", (b"a.b", b"7"), []),
    ],
)
def test_parameters(
    sql: str, values: tuple[bytes | None, ...], expected: list[tuple[str, bool]]
) -> None:
    assert names(sql, *values) == expected


def test_a_bind_that_is_cut_off_is_no_error() -> None:
    whole = bind(b"app.org", b"7", b"f")
    for size in range(len(whole)):
        list(changes_of(b"SELECT set_config($1, $2, $3)", whole[:size]))


@pytest.mark.parametrize(
    "sql", ["UPDATE items SET stock = 1", "SELECT 1", "INSERT INTO set_of VALUES (1)", "BEGIN"]
)
def test_other_statements_are_not_looked_at(sql: str) -> None:
    assert not is_about_settings(sql.encode())


def test_a_value_is_not_kept_itself() -> None:
    settings = SessionSettings()
    settings.ran(b"SET app.org = 'secret-tenant'", b"")
    settings.ready("I")
    assert set(settings.kept) == {"app.org"}
    assert "secret" not in str(settings.kept)


def run(*events: tuple[str, str] | str) -> set[str]:
    """Names that stay after statements (SQL and tag), ``error`` and statuses."""
    settings = SessionSettings()
    for event in events:
        if isinstance(event, tuple):
            settings.completed(event[1].encode() + b"\0")
            settings.ran(event[0].encode(), b"")
        elif event == "error":
            settings.failed()
        else:
            settings.ready(event)
    return set(settings.kept)


SET = ("SET x = 1", "SET")
BEGIN, COMMIT, ROLLBACK = (("BEGIN", "BEGIN"), ("COMMIT", "COMMIT"), ("ROLLBACK", "ROLLBACK"))


@pytest.mark.parametrize(
    ("events", "kept"),
    [
        ((SET, "I"), {"x"}),
        ((SET, "error", "I"), set()),
        ((BEGIN, "T", SET, "T", COMMIT, "I"), {"x"}),
        ((BEGIN, "T", SET, "T", ROLLBACK, "I"), set()),
        ((BEGIN, "T", SET, "T", "error", "E", ROLLBACK, "I"), set()),
        ((BEGIN, "T", SET, "T"), set()),
        ((SET, "I", "error", "I"), {"x"}),
        ((SET, "I", BEGIN, "T", "error", "E", ROLLBACK, "I"), {"x"}),
        ((SET, "I", ("RESET x", "RESET"), "I"), set()),
        ((SET, "I", ("RESET ALL", "RESET"), "I"), set()),
        ((SET, "I", ("DISCARD ALL", "DISCARD ALL"), "I"), set()),
        ((BEGIN, "T", ROLLBACK, "T", SET, "T", COMMIT, "I"), {"x"}),
    ],
)
def test_a_transaction_decides(events: tuple[tuple[str, str] | str, ...], kept: set[str]) -> None:
    assert run(*events) == kept


def test_as_long_as_the_transaction_is_open_it_is_unsettled() -> None:
    settings = SessionSettings()
    settings.ran(b"SET x = 1", b"")
    assert settings.unsettled
    settings.ready("T")
    assert settings.unsettled
    settings.ready("I")
    assert not settings.unsettled


def test_the_number_of_names_is_bounded() -> None:
    settings = SessionSettings()
    for number in range(3 * MAX_NAMES):
        settings.ran(f"SET a.b{number} = 1".encode(), b"")
        settings.ready("I")
    assert len(settings.kept) == MAX_NAMES


@pytest.mark.parametrize(
    ("sql", "kept"),
    [
        (b"SET statement_timeout = 400", set()),
        (b"SET statement_timeout TO '400'", set()),
        (b"SET statement_timeout = 100", {"statement_timeout"}),
        (b"SET lock_timeout = 400", {"lock_timeout"}),
    ],
)
def test_what_is_set_back_to_its_value_at_the_start_is_not_changed(
    sql: bytes, kept: set[str]
) -> None:
    session = SessionSettings()
    session.began(b"user\0app\0statement_timeout\x00400\0\0")
    for statement in (b"SET statement_timeout = 100", sql):
        session.ran(statement, b"")
        session.completed(b"SET")
        session.ready("I")
    expected = kept if b"statement" in sql else kept | {"statement_timeout"}
    assert set(session.kept) == expected
