"""Options of ``squall check TARGET``: an app that Squall has never seen, unchanged.

What stands in ``[tool.squall]`` of the current directory's pyproject.toml comes first, and options
beat it.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from harness.cli.options import checked_target
from harness.core.errors import UsageError
from harness.scenario.config import configured
from harness.scenario.own_python import own_python
from harness.scenario.profile import STRANGER, AppProfile

C = TypeVar("C", bound=Callable[..., Any])

FORMS = ("url", "asyncpg", "psycopg", "psycopg2")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StrangerOptions:
    """What was said about the app on the command line."""

    python: str | None
    database_env: tuple[str, ...]
    env: tuple[str, ...]
    setup: tuple[str, ...]
    header: tuple[str, ...]
    ready: str | None
    live: str | None
    openapi: str | None
    writes: bool
    deadline: float | None


def stranger_options(command: C) -> C:
    """Add the options that describe a stranger."""
    options = (
        click.option("--database-env", multiple=True, metavar="NAME[=FORM]",
                     help="Variable with the database's address. FORM: url (postgresql://…),"
                          " asyncpg, psycopg, psycopg2, or a text with {host} {port} {user}"
                          " {password} {name}. Repeatable. Default: DATABASE_URL=url."),
        click.option("--python", metavar="PATH", type=click.Path(exists=True, dir_okay=False),
                     help="Interpreter of the app's own environment. Default: .venv/bin/python or"
                          " venv/bin/python here, if there is one with uvicorn; else Squall's."),
        click.option("--env", multiple=True, metavar="NAME=VALUE",
                     help="Another variable for the app; repeatable."),
        click.option("--setup", multiple=True, metavar="COMMAND",
                     help="Run before the app starts, such as 'alembic upgrade head'; repeatable."),
        click.option("--header", multiple=True, metavar="NAME:VALUE",
                     help="Sent with every request, such as an authentication; repeatable."),
        click.option("--ready", metavar="PATH", help="Readiness probe; judged as one, too."),
        click.option("--live", metavar="PATH", help="Liveness probe; judged as one, too."),
        click.option("--openapi", metavar="PATH", help="OpenAPI document [/openapi.json]."),
        click.option("--writes", is_flag=True,
                     help="Ask operations that write, too, with bodies from their schemas."),
        click.option("--deadline", type=click.FloatRange(0, 60, min_open=True), metavar="SECONDS",
                     help=f"Every answer comes within it [{STRANGER.deadline_seconds:g}]."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def stranger(target: str, *, factory: bool) -> AppProfile:
    """The profile of a target, on top of what the configuration says of it.

    Raises:
        UsageError: the target or the configuration cannot be understood.
    """
    base = configured(Path.cwd()) or AppProfile(
        name=target, target=target, cwd=Path.cwd(), python=own_python(Path.cwd()),
        ready_path="/openapi.json", contract=STRANGER,
    )  # fmt: skip
    return dataclasses.replace(
        base, name=target, target=checked_target("TARGET", target), factory=factory
    )


def described(base: AppProfile, given: StrangerOptions) -> AppProfile:
    """A profile with what the options say; the same one when they say nothing.

    Raises:
        UsageError: an option cannot be understood.
    """
    changes: dict[str, Any] = {
        "environment": {**base.environment, **_pairs("--env", given.env, "=")},
        "headers": {**base.headers, **_pairs("--header", given.header, ":")},
        "setup": given.setup or base.setup,
        "writes": given.writes or base.writes,
    }
    if given.python:
        changes["python"] = own_python(Path.cwd(), given.python)
    if given.database_env:
        changes["database_env"] = dict(_database(word) for word in given.database_env)
    if given.openapi:
        changes["openapi_path"] = given.openapi
        changes["ready_path"] = base.ready_path if base.has_readiness else given.openapi
    if given.ready:
        changes |= {"ready_path": given.ready, "has_readiness": True}
    if given.live:
        changes["live_path"] = given.live
    if given.deadline:
        changes["contract"] = dataclasses.replace(base.contract, deadline_seconds=given.deadline)
    for path in (given.openapi, given.ready, given.live):
        if path and not path.startswith("/"):
            raise UsageError(f"{path!r}: a path of the app starts with /")
    return dataclasses.replace(base, **changes)


SHOWN_BY_CHECK = {"only", "seed", "engine", "provider", "app", "factory", "jobs", "output", "form",
                  "quiet", "verbose", "listing", "paired", "gates", "rate"}  # fmt: skip
"""Options that the line to reproduce has anyway, or that do not belong into it."""

SECRET = re.compile(r"secret|token|passw|api[-_]?key|authori[sz]ation|cookie|://[^/@\s]+:[^/@\s]+@",
                    re.IGNORECASE)  # fmt: skip


def again_with(context: click.Context) -> list[str]:
    """Target and options of this command as they were given; secrets become variables to fill in.

    What came from the environment is left out: it is there the next time, too.
    """
    words = [str(context.params["target"])] if context.params["target"] else []
    for parameter in context.command.params:
        name = parameter.name or ""
        given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if not given or name in SHOWN_BY_CHECK or not isinstance(parameter, click.Option):
            continue
        value = context.params[name]
        if parameter.is_flag:
            words.append(parameter.opts[0])
            continue
        for one in value if parameter.multiple else [value]:
            words += [parameter.opts[0], _without_secret(str(one))]
    return words


def _without_secret(text: str) -> str:
    if not SECRET.search(text):
        return text
    if "://" in text:
        return re.sub(r"(://[^:/@\s]*):[^@/\s]+@", r"\1:$PASSWORD@", text)
    name = re.split("[=:]", text, maxsplit=1)[0]
    return text[: len(name) + 1] + "$" + re.sub(r"\W+", "_", name).upper()


def _pairs(option: str, words: tuple[str, ...], separator: str) -> dict[str, str]:
    pairs = {}
    for word in words:
        name, found, value = word.partition(separator)
        if not found or not name.strip():
            # The value may be a secret: only the name is repeated.
            raise UsageError(f"{option} {name!r}: write NAME{separator}VALUE")
        pairs[name.strip()] = value.strip()
    return pairs


def _database(word: str) -> tuple[str, str]:
    name, _, form = word.partition("=")
    if not name:
        raise UsageError(f"--database-env {word!r}: write NAME or NAME=FORM")
    if not form or form in FORMS:
        return name, f"{{{form or 'url'}}}"
    if "{" not in form:
        raise UsageError(
            f"--database-env {word!r}: FORM is one of {', '.join(FORMS)}, or a text with {{host}},"
            " {port}, {user}, {password}, {name}"
        )
    return name, form
