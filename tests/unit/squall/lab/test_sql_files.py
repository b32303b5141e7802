"""Which entries of a set-up the lab's administrator runs, and how."""

from __future__ import annotations

import pytest
from squall.lab.sql_files import is_statement, statement_command


@pytest.mark.parametrize(
    ("command", "is_one"),
    [
        ('CREATE EXTENSION IF NOT EXISTS "uuid-ossp"', True),
        (" create extension citext", True),
        ("alembic upgrade head", False),
        ("python create_extension.py", False),
        ("CREATE TABLE a (b int)", False),
    ],
)
def test_only_an_extension_is_created_by_a_statement(command: str, is_one: bool) -> None:
    assert is_statement(command) is is_one


def test_a_statement_goes_to_psql_whole() -> None:
    words = statement_command("CREATE EXTENSION citext", "postgresql://admin@/app")
    assert words[-2:] == ["--command", "CREATE EXTENSION citext"]
