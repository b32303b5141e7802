"""Last words of apps that did not start, and what most likely helps."""

from __future__ import annotations

import pytest

from harness.providers.hints import startup_hint


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("SECRET_KEY\n  Field required [type=missing", "--env NAME=VALUE"),
        ('extension "uuid-ossp" is not available', "SQUALL_PG_BIN="),
        ("/x/python: No module named uvicorn", "uvicorn is missing"),
        ("ModuleNotFoundError: No module named 'app'", "a module is missing"),
        ('asyncpg.exceptions.UndefinedTableError: relation "a" does not exist', "--setup"),
        ('connection to server at "localhost" (::1), port 5432 failed', "--database-env"),
        ("InvalidRequestError: The asyncio extension requires an async driver", "NAME=asyncpg"),
        ("No module named 'psycopg2'", "names a driver that is not installed"),
    ],
)
def test_a_hint_for_last_words(words: str, told: str) -> None:
    assert told in startup_hint(words)


def test_no_hint_where_nothing_is_known() -> None:
    assert startup_hint("Segmentation fault") == ""
