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
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from harness.core.errors import UsageError
from harness.history.op import Effect
from harness.scenario import config_checks as wants
from harness.scenario.config_checks import KEYS
from harness.scenario.own_python import own_python
from harness.scenario.profile import STRANGER, AppProfile
from harness.workload.login import Login
from harness.workload.operations import Operation

FILE = "pyproject.toml"
EFFECTS: tuple[str, ...] = get_args(Effect)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
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

    None when it has no table, or one that tells of no app but of faults or outages alone.

    Raises:
        UsageError: the file is no TOML, or the table has problems: all of them, one a line.
    """
    table, problems = _table(directory)
    if table is None or set(table) <= {"faults", "skip"}:
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
    return list(_one_key(directory, "faults", []))


def skips(directory: Path) -> dict[str, str]:
    """Outages and tags that are left out, with the reasons.

    Raises:
        UsageError: the file is no TOML, or the key is no table of reasons.
    """
    return dict(_one_key(directory, "skip", {}))


def _one_key(directory: Path, key: str, default: Any) -> Any:  # noqa: ANN401 - as its check wants it
    """One key of the table, whatever the others say."""
    table, problems = _table(directory)
    given = (table or {}).get(key, default)
    check, wanted = KEYS[key]
    if not check(given):
        problems.add(key, f"{key} must be {wanted}, got {given!r}")
        raise UsageError("\n".join(problems.found))
    return given


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
