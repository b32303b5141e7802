"""The next step if an app or its set-up does not start, derived from its log."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from squall.config.init.where_read import where_is_read, where_is_written
from squall.lab.unreachable_server import hint_for_unreachable_server


@dataclass(frozen=True, slots=True, kw_only=True)
class StartContext:
    """What is known of the start in addition to its log."""

    directory: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    python: Path | None = None


Hint = Callable[[re.Match[str], StartContext], str]

MISSING_SETTING = re.compile(
    r"^(?P<pydantic>\w+)\n\s+[Ff]ield required"
    r"|Config '(?P<starlette>\w+)' is missing"
    r"|^KeyError: '(?P<environ>[A-Za-z]\w+)'"
    r"|UndefinedValueError: (?P<decouple>\w+) not found"
    r"|[Ee]nvironment variable \"?'?(?P<environs>\w+)'?\"? (?:is )?(?:not set|required|missing)"
    r"|Set the (?P<django>\w+) environment variable"
    r"|Missing required environment variable:? '?(?P<plain>\w+)",
    re.MULTILINE,
)


def startup_hint(words: str, context: StartContext | None = None) -> str:
    """What to do, without indentation and newline; empty if nothing is known."""
    context = context or StartContext()
    missing = _missing_settings(words, context)
    if missing:
        return missing
    for pattern, hint in HINTS:
        found = re.search(pattern, words, re.MULTILINE)
        if found:
            return hint if isinstance(hint, str) else hint(found, context)
    return hint_for_unreachable_server(words, context.directory, context.environment)


def _missing_settings(words: str, context: StartContext) -> str:
    names = list(dict.fromkeys(match[match.lastgroup or 0] for match in
                               MISSING_SETTING.finditer(words)))  # fmt: skip
    if not names:
        return ""
    told = []
    for name in names:
        place = where_is_read(context.directory, name) if context.directory else ""
        told.append(f"{name} (read at {place})" if place else name)
    first = names[0]
    return (
        f"the app needs the setting{'s' * (len(names) > 1)} {', '.join(told)}: give"
        f' --env {first}=VALUE, or environment = {{{first} = "…"}} in [tool.squall]'
    )


def _missing_module(found: re.Match[str], context: StartContext) -> str:
    module = found["module"] or found["top"] or ""
    if module.partition(".")[0] == "uvicorn":
        return (
            "uvicorn is missing in the app's environment: install it there, or name the command"
            " of your server as TARGET, such as 'granian --port {port} main:app'"
        )
    if module.startswith(("psycopg2", "asyncpg", "psycopg")):
        return _missing_driver(found, context)
    top = module.partition(".")[0]
    if context.directory and ((context.directory / top).is_dir()
                              or (context.directory / f"{top}.py").is_file()):  # fmt: skip
        return f"the module {module} lies in this directory and cannot be imported: see its words"
    inner = _folder_of(context.directory, top)
    if inner:
        return f"the module {top} lies in {inner}/: run squall there (cd {inner})"
    interpreter = f" by {context.python}" if context.python else " by Squall's own Python"
    return (
        f"the module {module or 'it imports'} is missing: the app runs{interpreter}; install the"
        " app's requirements there, or name its interpreter with --python .venv/bin/python"
    )


def _folder_of(directory: Path | None, top: str) -> str:
    if directory is None or not top:
        return ""
    for place in sorted(directory.glob("*/")):
        if (place / top).is_dir() or (place / f"{top}.py").is_file():
            return place.name
    return ""


def _missing_driver(found: re.Match[str], _context: StartContext) -> str:
    return (
        f"the address names a driver that is not installed ({found[0].strip()}): choose the one"
        " that the app has with --database-env NAME=FORM, FORM being url, asyncpg, psycopg or"
        " psycopg2"
    )


def _bad_dialect(found: re.Match[str], context: StartContext) -> str:
    if found["dialect"] != "postgres":
        return _missing_driver(found, context)
    place = where_is_written(context.directory, "postgres://") if context.directory else ""
    from_where = f" from {place}" if place else " that is not the lab's"
    return (
        f"SQLAlchemy 1.4 and later know postgresql://, not postgres://; the app uses an"
        f" address{from_where}: name its variable with --database-env NAME=url"
    )


def _sqlite(_found: re.Match[str], context: StartContext) -> str:
    place = where_is_written(context.directory, "check_same_thread") if context.directory else ""
    at = f" at {place}" if place else ""
    return (
        f"the app passes SQLite's arguments to its engine{at}: it is written for SQLite; remove"
        " check_same_thread where the address is a PostgreSQL's"
    )


def _old_python(found: re.Match[str], context: StartContext) -> str:
    interpreter = str(context.python) if context.python else "Squall's own Python"
    return (
        f"the code has syntax that {interpreter} does not know ({found[0].strip()[:80]}): the app"
        " probably needs a newer Python (see requires-python); name it with --python PATH"
    )


def _no_program(found: re.Match[str], context: StartContext) -> str:
    name = found["program"] or found["launched"]
    where = f"{context.python.parent}" if context.python else "PATH"
    return (
        f"the program {name} is not in {where}: install it in the app's environment, or name its"
        " interpreter with --python .venv/bin/python"
    )


def _extension(found: re.Match[str], _context: StartContext) -> str:
    name = next(group for group in found.groups() if group)
    return (
        f"the server that pip installed has no extension {name}; take one that has it, such as"
        " Debian's (apt-get install postgresql), with SQUALL_PG_BIN=/usr/lib/postgresql/15/bin"
    )


def _privilege(found: re.Match[str], _context: StartContext) -> str:
    return (
        f"the app's role is not a superuser ({found[0]}): put the statement into a .sql file and"
        " name it first in setup; SQL files run as the lab's administrator"
    )


def _no_dotenv(found: re.Match[str], context: StartContext) -> str:
    path = Path(found["dotenv"])
    shown = os.path.normpath(path)
    if context.directory and Path(shown).is_relative_to(context.directory):
        shown = str(Path(shown).relative_to(context.directory))
    return (
        f"the app demands the file {shown}, which came with no clone: create it, it may be empty"
        f" (touch {shown}); the variables come from [tool.squall]"
    )


HINTS: tuple[tuple[str, str | Hint], ...] = (
    (
        (r"extension \"([\w-]+)\" is not available"
        r"|extension control file \"?\S*?([\w-]+)\.control"),
        _extension,
    ),
    (r"permission denied to create (?:extension|role|database)(?: \"[^\"]+\")?", _privilege),
    (r"Can't load plugin: sqlalchemy\.dialects:(?P<dialect>\w+)(?:\.\w+)?", _bad_dialect),
    (r"'check_same_thread' is an invalid keyword", _sqlite),
    (r"asyncio extension requires an async driver|The loaded 'psycopg2?' is not async",
     "the address needs an async driver: --database-env NAME=asyncpg"),
    (r"greenlet_spawn has not been called|MissingGreenlet",
     "synchronous code got an async driver: --database-env NAME=psycopg2 (or psycopg, or url)"),
    (r"unexpected keyword argument 'sslmode'",
     "asyncpg does not know sslmode in an address: --database-env NAME=asyncpg"),
    ((r"(?:No such file or directory: '|^)(?P<program>[\w.-]+)(?:'$|: No such file or directory$)"
     r"|exec: \"?(?P<launched>[\w.-]+)\"?: not found"), _no_program),
    (r"[Cc]onfig file '(?P<dotenv>[^']*\.env[^'/]*)' not found", _no_dotenv),
    (r"No module named '?(?P<module>[\w.]+)'?|Could not import module \"(?P<top>[\w.]+)\"",
     _missing_module),
    (r"ImportError: .*", ("an import fails: the versions in the app's environment do not fit its"
                         " requirements; install them as its lock file or requirements say")),
    (r"^SyntaxError: .*", _old_python),
    (r"relation \"?[\w.]+\"? does not exist|UndefinedTable",
     "its tables are missing: name the migrations with --setup 'alembic upgrade head'"),
    ((r"password authentication failed for user \"?(\w+)|role \"?([\w-]+)\"? does not exist"
     r"|database \"?([\w-]+)\"? does not exist|InvalidPasswordError|InvalidCatalogName"),
     ("it reached the lab's server, but not as the lab's user: name the variables of user, password"
     " and database with --database-env NAME={user} and so on")),
    (r"Address already in use|address already in use",
     "its command has a port of its own: write {port} in its place"),
)  # fmt: skip
"""Patterns with their hints, the most certain first."""
