"""Last words of apps that did not start, and the next step that they lead to."""

from __future__ import annotations

from pathlib import Path

import pytest
from squall.lab.startup_hints import StartContext, startup_hint
from squall.lab.unreachable_server import hint_for_unreachable_server

REFUSED = "ConnectionRefusedError: [Errno 111] Connect call failed ('127.0.0.1', 5432)"
UNKNOWN_HOST = (
    "socket.gaierror: [Errno -2] Name or service not known\n"
    "redis.exceptions.ConnectionError: Error -2 connecting to chat-redis:6379. -2."
)
MISSING = (
    "pydantic_core.ValidationError: 1 validation error for S\nSECRET_KEY\n  Field required [t]"
)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (REFUSED, "a PostgreSQL which is not the lab's (127.0.0.1:5432)"),
        (
            'connection to server at "localhost" (::1), port 5432 failed: Connection refused',
            "--database-env",
        ),
        ("KeyError: \"Config 'SECRET_KEY' is missing, and has no default.\"", "--env SECRET_KEY="),
        (MISSING, "the setting SECRET_KEY"),
        ("KeyError: 'TOKEN_KEY'", "the setting TOKEN_KEY"),
        ("decouple.UndefinedValueError: JWT_KEY not found. Declare it as envvar", "JWT_KEY"),
        (UNKNOWN_HOST, "the address of Redis (chat-redis:6379)"),
        (
            (
                "redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379."
                " Connection refused."
            ),
            "the address of Redis (localhost:6379)",
        ),
        ("FileNotFoundError: [Errno 2] No such file or directory: 'alembic'", "program alembic"),
        (
            "FileNotFoundError: Config file '/shop/src/app/core/../../.env' not found.",
            "touch /shop/src/.env",
        ),
        ("alembic: No such file or directory", "program alembic"),
        (
            "pymysql.err.OperationalError: (2003, \"Can't connect to MySQL server on 'db'\")",
            "the app does not use PostgreSQL",
        ),
        (
            "TypeError: 'check_same_thread' is an invalid keyword argument for Connection()",
            "written for SQLite",
        ),
        (
            "kombu.exceptions.OperationalError: [Errno 111] Connection refused",
            "a message broker (RabbitMQ)",
        ),
        (
            "sqlalchemy.exc.NoSuchModuleError: Can't load plugin: sqlalchemy.dialects:postgres",
            "not postgres://",
        ),
        (
            ('asyncpg.InsufficientPrivilegeError: permission denied to create extension "postgis"'),
            ".sql file",
        ),
        (
            "psycopg2.errors.InsufficientPrivilege: permission denied to create role",
            "run as the lab's administrator",
        ),
        (
            'psycopg2.errors.FeatureNotSupported: extension "pg_trgm" is not available',
            "no extension pg_trgm",
        ),
        ("SyntaxError: invalid syntax\n  type X = int", "needs a newer Python"),
        ("/x/python: No module named uvicorn", "uvicorn is missing"),
        ("ModuleNotFoundError: No module named 'shop'", "the module shop is missing"),
        ('asyncpg.UndefinedTableError: relation "a" does not exist', "--setup"),
        ("InvalidRequestError: The asyncio extension requires an async driver", "NAME=asyncpg"),
        ("ModuleNotFoundError: No module named 'psycopg2'", "driver that is not installed"),
        ("ERROR: [Errno 98] address already in use", "{port}"),
    ],
)
def test_a_hint_for_last_words(words: str, told: str) -> None:
    assert told in startup_hint(words)


def test_no_hint_where_nothing_is_known() -> None:
    assert startup_hint("Segmentation fault") == ""


def test_a_refused_connection_names_the_variable_and_its_place(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DEBUG=1\nCACHE=redis://chat-redis:6379/1\nPG=127.0.0.1:5432\n")
    assert "comes from CACHE (.env:2)" in startup_hint(
        UNKNOWN_HOST, StartContext(directory=tmp_path)
    )
    hint = startup_hint(REFUSED, StartContext(directory=tmp_path))
    assert "comes from PG (.env:3)" in hint
    assert "--database-env PG=FORM" in hint
    given = StartContext(directory=tmp_path, environment={"REDIS_HOST": "chat-redis"})
    (tmp_path / ".env").unlink()
    assert "comes from REDIS_HOST ([tool.squall])" in startup_hint(UNKNOWN_HOST, given)


def test_a_missing_setting_names_the_place_where_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "core").mkdir()
    (tmp_path / "core/config.py").write_text("class S(BaseSettings):\n    secret_key: str\n")
    hint = startup_hint(MISSING, StartContext(directory=tmp_path))
    assert "SECRET_KEY (read at core/config.py:2)" in hint


def test_a_module_of_another_folder_leads_there(tmp_path: Path) -> None:
    (tmp_path / "backend/shop").mkdir(parents=True)
    hint = startup_hint("No module named 'shop.db'", StartContext(directory=tmp_path))
    assert "cd backend" in hint


def test_of_many_hosts_of_this_machine_the_one_with_that_port_is_named() -> None:
    environment = {"PGHOST": "127.0.0.1", "PGPORT": "5432", "RABBITMQ_HOST": "127.0.0.1",
                   "RABBITMQ_PORT": "9"}  # fmt: skip
    words = "ConnectionRefusedError: [Errno 111] Connect call failed ('127.0.0.1', 9)"
    assert "comes from RABBITMQ_HOST" in hint_for_unreachable_server(words, None, environment)
    assert "comes from PGHOST" in hint_for_unreachable_server(REFUSED, None, environment)
