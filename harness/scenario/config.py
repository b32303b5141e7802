"""``[tool.squall]`` of a pyproject.toml: what Squall knows of an app, in the app's own repository.

    [tool.squall]
    app = "shop.main:app"                       # or a command with {port}
    database_env = {DATABASE_URL = "{asyncpg}"}
    setup = ["alembic upgrade head"]
    deadline_seconds = 2.0

    [[tool.squall.operations]]                  # left out: derived from the OpenAPI document
    name = "place-order"
    method = "POST"
    path = "/orders"
    effect = "idempotent-write"
    body = {item_id = "{int:1..100}"}
    headers = {Idempotency-Key = "{key}"}

All problems of the table are told at once, each with its line.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_args

from harness.core.errors import UsageError
from harness.history.op import Effect
from harness.scenario import config_checks as wants
from harness.scenario.own_python import own_python
from harness.scenario.profile import STRANGER, AppProfile
from harness.workload.login import Login
from harness.workload.operations import Operation

FILE = "pyproject.toml"
EFFECTS: tuple[str, ...] = get_args(Effect)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
Check = Callable[[Any], bool]


KEYS: dict[str, tuple[Check, str]] = {
    "app": (wants.text, "an import string like package.module:app, or a command with {port}"),
    "python": (wants.text, "a path, such as .venv/bin/python"),
    "login": (wants.operations, "an array of tables, [[tool.squall.login]]"),
    "factory": (wants.flag, "true or false"),
    "database_env": (wants.table, 'a table of variables, such as {DATABASE_URL = "{url}"}'),
    "environment": (wants.table, "a table of variables and texts"),
    "setup": (wants.texts, "a list of commands"),
    "ready": (wants.path, "a path, such as /readyz"),
    "live": (wants.path, "a path, such as /livez"),
    "openapi": (wants.path, "a path, such as /openapi.json"),
    "metrics": (wants.path, "a path, such as /metrics"),
    "gauges": (
        wants.gauges,
        'a table of gauges, each with [] or its states from 0: ["closed", "open"]',
    ),
    "writes": (wants.flag, "true or false"),
    "headers": (wants.table, "a table of header names and texts"),
    "deadline_seconds": (wants.seconds, "a number of seconds, more than 0 and at most 60"),
    "error_statuses": (wants.statuses, "a list of HTTP statuses"),
    "error_media_type": (lambda value: isinstance(value, str), "a media type, or an empty text"),
    "retry_after_statuses": (wants.statuses, "a list of HTTP statuses"),
    "most_sessions": (wants.sessions, "the sessions that all pools of the app may have, 1 or more"),
    "operations": (wants.operations, "an array of tables, [[tool.squall.operations]]"),
    "faults": (wants.texts, 'a list of modules with faults of your own, such as ["mypkg.faults"]'),
    "written_keys": (wants.text, "SQL that gives key and number of rows"),
    "conserved": (wants.table, "a table of names and SQL that gives one number"),
}
"""Every key with its check and what would be right."""

LOGIN_KEYS = [field.name for field in dataclasses.fields(Login)]
OPERATION_KEYS = {field.name for field in dataclasses.fields(Operation)}


class _Problems:
    """What is wrong, each with the line where the key stands."""

    def __init__(self, file: Path, text: str) -> None:
        self._file = file
        self._lines = text.splitlines()
        self.found: list[str] = []

    def add(self, key: str, text: str) -> None:
        place = re.compile(rf"^\s*(\[+[^\]]*\b)?[\"']?{re.escape(key)}[\"']?\s*(=|\]|\.)")
        line = next((n for n, words in enumerate(self._lines, 1) if place.match(words)), 1)
        self.found.append(f"{self._file}:{line}: [tool.squall] {text}")


def configured(directory: Path) -> AppProfile | None:
    """The profile that a directory's pyproject.toml describes.

    None when it has no table, or one that tells of no app but of faults alone.

    Raises:
        UsageError: the file is no TOML, or the table has problems: all of them, one a line.
    """
    table, problems = _table(directory)
    if table is None or set(table) == {"faults"}:
        return None
    _check(table, problems)
    logins = tuple(_login(item, problems) for item in _listed(table, "login"))
    operations = tuple(_operation(item, problems) for item in _listed(table, "operations"))
    try:
        own_python(directory, table.get("python") if wants.text(table.get("python")) else None)
    except UsageError as error:
        problems.add("python", str(error))
    if problems.found:
        raise UsageError("\n".join(problems.found))
    profile = _profile(table, tuple(one for one in operations if one is not None), directory)
    return dataclasses.replace(profile, login=tuple(one for one in logins if one is not None))


def fault_modules(directory: Path) -> list[str]:
    """The modules with faults of one's own.

    Raises:
        UsageError: the file is no TOML, or the key is no list of modules.
    """
    table, problems = _table(directory)
    given = (table or {}).get("faults", [])
    if not wants.texts(given):
        problems.add("faults", f"faults must be {KEYS['faults'][1]}, got {given!r}")
        raise UsageError("\n".join(problems.found))
    return list(given)


def _table(directory: Path) -> tuple[Mapping[str, Any] | None, _Problems]:
    file = directory / FILE
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None, _Problems(file, "")
    try:
        table = tomllib.loads(text).get("tool", {}).get("squall")
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file}: is not TOML: {error}") from error
    if table is not None and not isinstance(table, Mapping):
        raise UsageError(f"{file}: tool.squall must be a table, [tool.squall]")
    return table, _Problems(file, text)


def _listed(table: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    given = table.get(key)
    return given if wants.operations(given) else []  # type: ignore[return-value] # just checked


def _check(table: Mapping[str, Any], problems: _Problems) -> None:
    for key, value in table.items():
        if key not in KEYS:
            near = difflib.get_close_matches(key, KEYS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(KEYS)}"
            problems.add(key, f"has no {key!r}; {hint}")
        elif not KEYS[key][0](value):
            problems.add(key, f"{key} must be {KEYS[key][1]}, got {value!r}")
    if "app" not in table:
        problems.add("tool.squall", "needs app, such as app = 'package.module:app'")


def _operation(given: Mapping[str, Any], problems: _Problems) -> Operation | None:
    title = f"operation {given.get('name', '?')!r}"
    before = len(problems.found)
    for key in given:
        if key not in OPERATION_KEYS:
            near = difflib.get_close_matches(key, OPERATION_KEYS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(OPERATION_KEYS)}"
            problems.add(key, f"{title} has no {key!r}; {hint}")
    checks: dict[str, tuple[bool, str]] = {
        "name": (wants.text(given.get("name")), "a text"),
        "method": (given.get("method") in METHODS, f"one of {', '.join(METHODS)}"),
        "path": (wants.path(given.get("path")), "a path that starts with /"),
        "effect": (given.get("effect") in EFFECTS, f"one of {', '.join(EFFECTS)}"),
        "headers": (wants.table(given.get("headers", {})), "a table of texts"),
        "weight": (type(given.get("weight", 1)) is int and given.get("weight", 1) > 0, "1 or more"),
    }
    for key, (right, what) in checks.items():
        if not right:
            problems.add(key, f"{title}: {key} must be {what}, got {given.get(key)!r}")
    if len(problems.found) > before:
        return None
    return Operation(**{**given, "bodies": tuple(given.get("bodies", ()))})


def _login(given: Mapping[str, Any], problems: _Problems) -> Login | None:
    before = len(problems.found)
    for key in given:
        if key not in LOGIN_KEYS:
            problems.add(key, f"login has no {key!r}; known: {', '.join(LOGIN_KEYS)}")
    checks = {
        "path": (wants.path(given.get("path")), "a path that starts with /"),
        "method": (given.get("method", "POST") in METHODS, f"one of {', '.join(METHODS)}"),
        "form": (wants.table(given.get("form", {})), "a table of texts"),
        "header": (wants.table(given.get("header", {})), "a table of texts"),
    }
    for key, (right, what) in checks.items():
        if not right:
            problems.add(key, f"login: {key} must be {what}, got {given.get(key)!r}")
    return None if len(problems.found) > before else Login(**given)


def _profile(
    table: Mapping[str, Any], operations: tuple[Operation, ...], directory: Path
) -> AppProfile:
    contract = dataclasses.replace(
        STRANGER,
        deadline_seconds=float(table.get("deadline_seconds", STRANGER.deadline_seconds)),
        error_statuses=frozenset(table.get("error_statuses", STRANGER.error_statuses)),
        written_keys_declared="written_keys" in table,
        totals_declared="conserved" in table,
        most_sessions=table.get("most_sessions"),
        error_media_type=table.get("error_media_type", STRANGER.error_media_type),
        retry_after_statuses=frozenset(
            table.get("retry_after_statuses", STRANGER.retry_after_statuses)
        ),
    )
    openapi = table.get("openapi", "/openapi.json")
    return AppProfile(
        name=table["app"],
        target=table["app"],
        factory=table.get("factory", False),
        cwd=directory.resolve(),
        python=own_python(directory, table.get("python")),
        database_env=table.get("database_env", {"DATABASE_URL": "{url}"}),
        environment=table.get("environment", {}),
        setup=tuple(table.get("setup", ())),
        ready_path=table.get("ready", openapi),
        has_readiness="ready" in table,
        live_path=table.get("live"),
        openapi_path=openapi,
        metrics_path=table.get("metrics", "/metrics" if table.get("gauges") else None),
        gauges={name: tuple(words) for name, words in table.get("gauges", {}).items()},
        writes=table.get("writes", False),
        headers=table.get("headers", {}),
        operations=operations,
        contract=contract,
        writes_query=table.get("written_keys"),
        conserved_queries=table.get("conserved", {}),
    )
