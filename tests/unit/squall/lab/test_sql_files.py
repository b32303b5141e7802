"""Which entries of a set-up the lab's administrator runs, and how."""

from __future__ import annotations

from pathlib import Path

import pytest
from squall.lab import sql_files
from squall.lab.sql_files import is_statement, psql_commands, statement_command


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


def test_a_role_that_the_file_creates_is_not_created_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql_files, "_psql", lambda: "psql")
    file = tmp_path / "a.sql"
    file.write_text("CREATE USER own;\nGRANT ALL ON SCHEMA public TO own, other;\n"
                    "ALTER TABLE t OWNER TO other;\n")  # fmt: skip
    told = " ".join(word for words in psql_commands(file, "postgresql://") for word in words)
    assert 'CREATE ROLE "other"' in told
    assert 'CREATE ROLE "own"' not in told
