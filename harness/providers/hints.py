"""What most likely helps when somebody's app does not start, by its last words."""

from __future__ import annotations

import re

HINTS: tuple[tuple[str, str], ...] = (
    (
        r"extension \"[\w-]+\" is not available|could not open extension control file",
        (
            "the server that pip installed has no such extension; take one that has it, such as"
            " Debian's (apt-get install postgresql), by SQUALL_PG_BIN=/usr/lib/postgresql/15/bin"
        ),
    ),
    (
        r"Field required|field required|KeyError: '[A-Z_]+'|Missing required environment",
        "it misses settings: give them with --env NAME=VALUE, or environment in [tool.squall]",
    ),
    (
        r"No module named uvicorn",
        (
            "uvicorn is missing in the app's environment: install it there, or name a command with"
            " {port} as TARGET"
        ),
    ),
    (
        r"ModuleNotFoundError|ImportError|Could not import module|not found in module",
        (
            "a module is missing: run squall where the app is started from, and let the app run in"
            " its own environment (--python .venv/bin/python), with all of its requirements"
        ),
    ),
    (
        r"relation \"?[\w.]+\"? does not exist|UndefinedTable",
        "its tables are missing: give the migrations with --setup 'alembic upgrade head'",
    ),
    (
        (
            r"InvalidPasswordError|password authentication failed|role \"?\w+\"? does not exist"
            r"|port 5432|:5432|Name or service not known|Temporary failure in name resolution"
            r"|could not translate host name"
        ),
        (
            "it does not use the database that it was given: name its variables with --database-env"
            " NAME=FORM (or one for each part, such as POSTGRES_SERVER={host})"
        ),
    ),
    (
        r"asyncio extension requires an async driver|The loaded 'psycopg2' is not async",
        "its address needs a driver: --database-env NAME=asyncpg",
    ),
    (
        r"Can't load plugin: sqlalchemy\.dialects|No module named 'psycopg2'",
        (
            "its address names a driver that is not installed: choose one with --database-env"
            " NAME=FORM, FORM being url, asyncpg, psycopg or psycopg2"
        ),
    ),
)
"""Words with what helps, the most certain first."""


def startup_hint(words: str) -> str:
    """A line that starts with two blanks and ends with a line end; empty when nothing is known."""
    for pattern, hint in HINTS:
        if re.search(pattern, words):
            return f"  {hint}\n"
    return ""
