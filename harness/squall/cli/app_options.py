"""Options of ``squall check`` that describe the app.

Options take precedence over ``[tool.squall]`` in the current directory's pyproject.toml.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from squall.cli.grouped_options import grouped
from squall.cli.key_options import key_option
from squall.cli.shown_values import FORMS, shown_command, shown_value
from squall.config.interpreter import find_interpreter
from squall.config.profile import AppProfile
from squall.core.errors import UsageError


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AppOptions:
    """The app's description from the command line."""

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
    min_coverage: float | None


OPTIONS = (
    "database_env", "python", "environment", "setup", "headers", "ready", "live", "openapi",
    "writes", "min_coverage", "deadline_seconds",
)  # fmt: skip
"""Keys of the configuration whose options these commands have, in the order of the help."""

C = TypeVar("C", bound=Callable[..., Any])


def app_options(command: C) -> C:
    """Add the options that describe the app."""
    decorated: C = grouped("App", *map(key_option, OPTIONS))(command)
    return decorated


def describe_app(base: AppProfile, given: AppOptions) -> AppProfile:
    """A profile changed by the options; the same profile if no option is given.

    Raises:
        UsageError: an option cannot be parsed.
    """
    changes: dict[str, Any] = {
        "environment": {**base.environment, **_pairs("--env", given.env, "=")},
        "headers": {**base.headers, **_pairs("--header", given.header, ":")},
        "setup": given.setup or base.setup,
        "writes": given.writes or base.writes,
    }
    if given.python:
        changes["python"] = find_interpreter(Path.cwd(), given.python)
    if given.min_coverage is not None:
        changes["min_coverage"] = given.min_coverage
    if given.database_env:
        changes["database_env"] = dict(_database(word) for word in given.database_env)
    for name in ("openapi", "ready", "live"):
        path = getattr(given, name)
        changes |= {name: path} if path else {}
    if given.deadline:
        changes["contract"] = dataclasses.replace(base.contract, deadline_seconds=given.deadline)
    return dataclasses.replace(base, **changes)


SHOWN_BY_CHECK = frozenset({
    "only", "seed", "engine", "provider", "app", "factory", "jobs", "output", "form", "quiet",
    "verbose", "listing", "last_failed", "paired", "gates", "rate",
    "postgres", "shard", "shard_times", "cells", "races", "exhaustive", "min_survived", "baseline",
    "write_baseline", "time_limit",
})  # fmt: skip
"""Options that the reproduce command contains anyway, or must not contain."""


def reproduce_arguments(context: click.Context) -> list[str]:
    """Target and options of this command as given; secrets become variables to fill in.

    Values from the environment are left out, because they are set the next time, too.
    """
    target = context.params["target"]
    words = [shown_command(str(target))] if target else []
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
            words += [parameter.opts[0], shown_value(name, str(one))]
    return words


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
