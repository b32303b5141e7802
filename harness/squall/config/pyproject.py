"""``[tool.squall]`` of a pyproject.toml: the description of an app in the app's own repository.

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

The keys are in :mod:`squall.config.keys`. All problems are reported at once, each with its line.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from cattrs.errors import ClassValidationError

from squall.config.config_problems import ConfigProblems
from squall.config.dependencies import (
    AppWorker,
    Dependency,
    database_problems,
    dependency_problems,
    worker_problems,
)
from squall.config.interpreter import find_interpreter
from squall.config.keys import KEYS, AppPath, Positive, Seconds, Text
from squall.config.profile import DEFAULT_CONTRACT, REFERENCE, AppProfile
from squall.config.strict_converter import (
    StrictConverter,
    ValueRule,
    WrongValue,
    problems_of,
)
from squall.config.upstream_answers import DeclaredAnswer
from squall.core.errors import UsageError
from squall.core.files import read_regular
from squall.core.suggestions import suggest_or_list
from squall.history.evidence import Contract
from squall.workload.login import Login
from squall.workload.operations import Operation
from squall.workload.placeholders import placeholder_problems

FILE = "pyproject.toml"
MAX_BYTES = 1 << 20
HttpMethod = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "WEBSOCKET"]
Share = Annotated[float, ValueRule("a share from 0 to 1", lambda number: 0 <= number <= 1)]
WITHOUT_APP = frozenset({"plugins", "skip"})
"""Keys that are also read if the table names no app."""

PRIVATE = frozenset({"plain_bodies", "not_before", "streams", "replies", "forbidden"})
"""Fields of an operation that are not keys."""

LOGIN_KEYS = [field.name for field in dataclasses.fields(Login)]
OPERATION_KEYS = [
    field.name for field in dataclasses.fields(Operation) if field.name not in PRIVATE
]
TABLES: Mapping[str, tuple[type, list[str]]] = {
    "operations": (Operation, OPERATION_KEYS),
    "login": (Login, LOGIN_KEYS),
    "dependencies": (Dependency, [field.name for field in dataclasses.fields(Dependency)]),
    "processes": (AppWorker, [field.name for field in dataclasses.fields(AppWorker)]),
}
"""Keys that are arrays of tables, with the name of an entry and its keys."""

TITLES: Mapping[type, str] = {
    Operation: "operation",
    Dependency: "dependency",
    AppWorker: "process",
}

PROFILE_FIELDS = {field.name for field in dataclasses.fields(AppProfile)}
CONTRACT_FIELDS = {field.name for field in dataclasses.fields(Contract)}

CONVERTER = StrictConverter()
CONVERTER.know(Login, path=AppPath, method=HttpMethod)
CONVERTER.know(DeclaredAnswer, path=Text)
CONVERTER.know(Dependency, name=Text)
CONVERTER.know(AppWorker, name=Text, command=Text)
CONVERTER.know(
    Operation, private=PRIVATE, name=Text, method=Method, path=AppPath, weight=Positive,
    stream_seconds=Seconds, read_back=AppPath, read_back_share=Share,
)  # fmt: skip


def load_profile(directory: Path, text: str | None = None) -> AppProfile | None:
    """The profile in a directory's pyproject.toml. ``text`` replaces the file's contents.

    None if there is no table, or one that names no app but only plugins or outages to skip.

    Raises:
        UsageError: the file is not TOML, or the table has problems: all of them, one a line.
    """
    table, problems = _table(directory, text)
    if table is None or set(table) <= WITHOUT_APP:
        return None
    values = _checked(table, problems)
    if "app" not in table:
        problems.add("tool.squall", "needs app, such as app = 'package.module:app'")
    python = _interpreter(directory, values, problems)
    problems.raise_if_any()
    if values["app"] == REFERENCE.name:
        return _with_values(REFERENCE, {**values, "app": REFERENCE.app})
    base = AppProfile(
        name=values["app"],
        app=values["app"],
        cwd=(directory / values.get("directory", "")).resolve(),
        python=python,
        contract=DEFAULT_CONTRACT,
    )
    return _with_values(base, values)


def plugin_modules(directory: Path) -> list[str]:
    """The modules with custom faults and gates.

    Raises:
        UsageError: the file is not TOML, or the key is not a list of modules.
    """
    return list(_one_key(directory, "plugins", []))


def load_skips(directory: Path) -> dict[str, str]:
    """Outages and tags to skip, with the reasons.

    Raises:
        UsageError: the file is not TOML, or the key is not a table of reasons.
    """
    return dict(_one_key(directory, "skip", {}))


def _with_values(base: AppProfile, values: Mapping[str, Any]) -> AppProfile:
    """The profile with the values of the table, each in the field of its key."""
    contract = {name: value for name, value in values.items() if name in CONTRACT_FIELDS}
    if "written_keys" in values:
        contract["written_keys_declared"] = True
    if "conserved" in values:
        contract["totals_declared"] = True
    own = {name: value for name, value in values.items() if name in PROFILE_FIELDS - {"python"}}
    if values.get("gauges"):
        own.setdefault("metrics", "/metrics")
    return dataclasses.replace(base, contract=dataclasses.replace(base.contract, **contract), **own)


def _checked(table: Mapping[str, Any], problems: ConfigProblems) -> dict[str, Any]:
    """The valid values, converted to the types of their keys. The others become problems."""
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in KEYS:
            problems.add(key, f"has no {key!r}; {suggest_or_list(key, KEYS)}")
            continue
        try:
            if key in TABLES:
                values[key] = tuple(_array(_tables(value), *TABLES[key], problems))
            else:
                values[key] = CONVERTER.check(value, KEYS[key].hint)
        except WrongValue:
            problems.add(key, f"{key} must be {KEYS[key].wanted}, got {value!r}")
    for problem in dependency_problems(values.get("dependencies", ())):
        problems.add("dependencies", problem)
    for problem in database_problems(values.get("database", {})):
        problems.add("database", problem)
    for problem in worker_problems(values.get("processes", ())):
        problems.add("processes", problem)
    return values


def _tables(value: object) -> list[dict[str, Any]]:
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return value
    raise WrongValue("an array of tables", value)


def _array(
    tables: list[dict[str, Any]], kind: type, known: list[str], problems: ConfigProblems
) -> Iterator[Any]:
    for table in tables:
        title = f"{TITLES[kind]} {table.get('name', '?')!r}" if kind in TITLES else "login"
        try:
            value = CONVERTER.check(table, kind)
        except ClassValidationError as error:
            for key, text in problems_of(error, known):
                problems.add(
                    key, f"{title}{' ' if text.startswith(('has', 'needs')) else ': '}{text}"
                )
            continue
        if isinstance(value, Login) and not (value.path or value.basic or value.sql):
            problems.add("login", "login needs path, basic or sql")
        for key, text in placeholder_problems(table):
            problems.add(key, f"{title}: {text}")
        yield value


def _interpreter(
    directory: Path, values: Mapping[str, Any], problems: ConfigProblems
) -> Path | None:
    try:
        return find_interpreter(directory, values.get("python"), values.get("directory", ""))
    except UsageError as error:
        problems.add("python", str(error))
        return None


def _one_key(directory: Path, key: str, default: Any) -> Any:  # noqa: ANN401 - as its type says
    """Read one key of the table and ignore problems of the others."""
    table, problems = _table(directory)
    values = _checked({key: (table or {}).get(key, default)}, problems)
    problems.raise_if_any()
    return values[key]


def _table(
    directory: Path, text: str | None = None
) -> tuple[Mapping[str, Any] | None, ConfigProblems]:
    file = directory / FILE
    if text is None and not file.exists():
        return None, ConfigProblems(file, "")
    text = read_regular(file, MAX_BYTES) if text is None else text
    try:
        tools = tomllib.loads(text).get("tool", {})
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file}: is not TOML: {str(error)[:200]}") from error
    if not isinstance(tools, Mapping):
        raise UsageError(f"{file}: tool must be a table, [tool]")
    table = tools.get("squall")
    if table is not None and not isinstance(table, Mapping):
        raise UsageError(f"{file}: tool.squall must be a table, [tool.squall]")
    return table, ConfigProblems(file, text)
