r"""SQL files of a set-up, run by psql as the lab's administrator; the app owns what they make.

A file may hold what the app's role cannot do (extensions, roles) and what only psql understands
(``COPY … FROM stdin``, ``\\connect`` of a dump), so it is psql that runs it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from squall.core.errors import LabError
from squall.lab.providers.process import postgres_binaries
from squall.lab.providers.process.postgres_template import APP_ROLE

ROLE = re.compile(r"\b(?:OWNER\s+TO|GRANT\s[^;]*?\bTO|FOR\s+ROLE)\s+\"?(\w+)\"?", re.IGNORECASE)
CREATED = re.compile(r"\bCREATE\s+(?:USER|ROLE)\s+\"?(\w+)\"?", re.IGNORECASE)
NOT_ROLES = {"public", "current_user", "session_user", "current_role"}

HAND_OVER = """
DO $$ DECLARE made record; BEGIN
  FOR made IN SELECT nspname AS name FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
    EXECUTE format('ALTER SCHEMA %I OWNER TO app_role', made.name);
  END LOOP;
  FOR made IN SELECT c.oid::regclass AS name FROM pg_class c JOIN pg_namespace n
      ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname !~ '^pg_'
      AND n.nspname <> 'information_schema' AND NOT EXISTS (SELECT FROM pg_depend d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND (d.deptype = 'e'
          OR (d.deptype IN ('a', 'i') AND d.refobjsubid > 0))) LOOP
    EXECUTE format('ALTER TABLE %s OWNER TO app_role', made.name);
  END LOOP;
  FOR made IN SELECT t.oid::regtype AS name FROM pg_type t JOIN pg_namespace n
      ON n.oid = t.typnamespace
    WHERE t.typtype IN ('e', 'd') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass
        AND d.objid = t.oid AND d.deptype = 'e') LOOP
    EXECUTE format('ALTER TYPE %s OWNER TO app_role', made.name);
  END LOOP;
END $$;
"""
"""The app's role becomes the owner of schemas, relations and types that no extension owns."""


EXTENSION = re.compile(r"^\s*CREATE\s+EXTENSION\s", re.IGNORECASE)


def is_statement(command: str) -> bool:
    """Whether an entry of the set-up is a statement that only an administrator may run."""
    return bool(EXTENSION.match(command))


def statement_command(statement: str, admin_url: str) -> list[str]:
    """What runs such a statement.

    Raises:
        LabError: this machine has no psql.
    """
    return [_psql(), "--no-psqlrc", "--quiet", "--dbname", admin_url, "--command", statement]


def psql_commands(file: Path, admin_url: str, role: str = APP_ROLE) -> Iterator[list[str]]:
    """What runs a file: roles that it names, the file, the change of owners.

    Raises:
        LabError: the file cannot be read, or this machine has no psql.
    """
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise LabError(f"the set-up file {file}: cannot be read: {error.strerror}") from error
    psql = [_psql(), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname", admin_url]
    created = {name.lower() for name in CREATED.findall(text)}
    for named in sorted({name.lower() for name in ROLE.findall(text)} - NOT_ROLES - created):
        unless = f"SELECT FROM pg_roles WHERE rolname = '{named}'"
        create = f'CREATE ROLE "{named}" LOGIN'
        yield [
            *psql,
            "--command",
            f"DO $$ BEGIN IF NOT EXISTS ({unless}) THEN {create}; END IF; END $$",
        ]
    yield [*psql, "--file", str(file)]
    yield [*psql, "--command", HAND_OVER.replace("app_role", f'"{role}"')]


def _psql() -> str:
    beside = postgres_binaries.find() / "psql"
    found = str(beside) if beside.is_file() else shutil.which("psql")
    if found is None:
        raise LabError("a set-up file needs psql; install it with: apt install postgresql-client")
    return found
