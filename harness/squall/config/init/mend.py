"""Derive the next draft from the error message of a failed start."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator

from squall.config.init.draft import Draft
from squall.config.init.mend_extensions import creates, missing_extension
from squall.config.init.safe_values import REFUSES, invented_value

Rule = Callable[[Draft, str], Iterator[tuple[Draft, str]]]

MISSING = re.compile(
    r"^\s*(?P<pydantic>\w+)\n\s+[Ff]ield required|Config '(?P<starlette>\w+)' is missing"
    r"|^\s*KeyError: '(?P<environ>[A-Z][A-Z0-9_]+)'"
    r"|UndefinedValueError: (?P<decouple>\w+) not found"
    r"|[Ee]nvironment variable \"?'?(?P<environs>\w+)'?\"? (?:is )?(?:not set|required|missing)"
    r"|Set the (?P<django>\w+) environment variable",
    re.MULTILINE,
)
WRONG_VALUE = re.compile(
    r"^\s*(?P<name>\w+)\n\s+(?P<words>Input should be.*|value is not.*|.*valid.*)", re.MULTILINE
)
BAD_ADDRESS = re.compile(
    r"invalid DSN|invalid connection option|missing \"=\"|Unknown DB scheme|scheme is expected"
    r"|URL scheme should be|invalid or extra characters"
)
OTHER_NAME = re.compile(r'(?P<what>database|role) "(?P<name>[A-Za-z_][\w-]*)" does not exist')
FORM = re.compile(r"^(?:\{(?:url|asyncpg|psycopg2?)\}|postgres(?:ql)?://.*)$")


def mended(draft: Draft, words: str) -> Iterator[tuple[Draft, str]]:
    """Drafts to try next, each with a note of what changed; the most likely first."""
    for rule in RULES:
        yield from rule(draft, words)


def _missing_setting(draft: Draft, words: str) -> Iterator[tuple[Draft, str]]:
    names = {
        text.upper() if found.lastgroup == "pydantic" else text
        for found in MISSING.finditer(words)
        if (text := found[found.lastgroup or 0])
    }
    new = {name: invented_value(name, "") for name in sorted(names - set(draft.environment))
           if name not in draft.database_env}  # fmt: skip
    if new:
        environment = {**draft.environment, **new}
        yield (dataclasses.replace(draft, environment=environment),
               f"invented: {', '.join(new)} had no value")  # fmt: skip


def _wrong_value(draft: Draft, words: str) -> Iterator[tuple[Draft, str]]:
    """An invented value, or one copied from an example, that has the wrong type."""
    changed = dict(draft.environment)
    for found in WRONG_VALUE.finditer(words):
        name = next((key for key in changed if key.upper().endswith(found["name"].upper())), "")
        if name:
            type_words = re.search(
                r"integer|number|boolean|list|dictionary|email|URL", found["words"]
            )
            hint = {"integer": "int", "number": "int", "boolean": "bool", "list": "list",
                    "dictionary": "dict", "email": "EmailStr", "URL": "Url"}  # fmt: skip
            changed[name] = invented_value(name, hint.get(type_words[0], "") if type_words else "")
    if changed != dict(draft.environment):
        yield dataclasses.replace(draft, environment=changed), "another value for a setting"


def _driver(draft: Draft, words: str) -> Iterator[tuple[Draft, str]]:
    wanted: tuple[str, ...] = ()
    if re.search(r"requires an async driver|psycopg2?' is not async", words):
        wanted = ("{asyncpg}", "{psycopg}")
    elif re.search(r"MissingGreenlet|greenlet_spawn", words):
        wanted = ("{url}", "{psycopg2}", "{psycopg}")
    elif re.search(r"No module named 'psycopg2'|plugin: sqlalchemy\.dialects", words):
        wanted = ("{psycopg}", "{asyncpg}", "{url}")
    elif re.search(r"No module named 'psycopg'", words):
        wanted = ("{psycopg2}", "{url}", "{asyncpg}")
    elif re.search(r"No module named 'asyncpg'", words):
        wanted = ("{psycopg}", "{url}")
    elif BAD_ADDRESS.search(words):
        wanted = ("{url}", "{asyncpg}", "postgres://{user}:{password}@{host}:{port}/{name}",
                  "{psycopg2}")  # fmt: skip
    for form in wanted:
        env = {**draft.database_env, **dict.fromkeys(_concerned(draft, words), form)}
        if env != dict(draft.database_env):
            yield dataclasses.replace(draft, database_env=env), f"the address as {form}"


def _other_name(draft: Draft, words: str) -> Iterator[tuple[Draft, str]]:
    """A database or a user whose name no variable sets: PostgreSQL's refusal tells it."""
    told = {"name" if one["what"] == "database" else "user": one["name"]
            for one in OTHER_NAME.finditer(words)}  # fmt: skip
    database = {**draft.database, **told}
    if database != dict(draft.database):
        names = ", ".join(f"{key} {text}" for key, text in told.items())
        yield dataclasses.replace(draft, database=database), f"the lab's database takes {names}"


def _extension(draft: Draft, words: str) -> Iterator[tuple[Draft, str]]:
    name = missing_extension(words)
    if name and creates(name) not in draft.setup:
        setup = (creates(name), *draft.setup)
        yield dataclasses.replace(draft, setup=setup), f"with the extension {name}"


def _concerned(draft: Draft, words: str) -> list[str]:
    """The variables with a whole address; if one is named for asyncio, the matching one."""
    whole = [name for name, text in draft.database_env.items() if FORM.match(text)]
    named = [name for name in whole if "ASYNC" in name.upper()]
    others = [name for name in whole if name not in named]
    if re.search(r"requires an async driver|is not async|'asyncpg'", words):
        return named or whole
    return (others or whole) if named else whole


def _heads(draft: Draft, words: str) -> Iterator[tuple[Draft, str]]:
    if "Multiple head revisions" in words:
        setup = tuple(re.sub(r"\bhead\b", "heads", one) for one in draft.setup)
        yield dataclasses.replace(draft, setup=setup), "alembic has several heads"


def _failed_setup(draft: Draft, words: str) -> Iterator[tuple[Draft, str]]:
    """A command that needs tables from the app's start-up runs after it; others are dropped."""
    first = words.partition("\n")[0]
    failed = [one for one in (*draft.setup, *draft.seed) if f"the setup {one!r}" in first]
    if not failed or "Multiple head revisions" in words:
        return
    command = failed[0]
    if command in draft.seed:
        seed = tuple(one for one in draft.seed if one != command)
        yield dataclasses.replace(draft, seed=seed), f"left out: {command}"
    elif command in draft.setup:
        setup = tuple(one for one in draft.setup if one != command)
        if re.search(r"does not exist|UndefinedTable", words) and not draft.seed:
            later = dataclasses.replace(draft, setup=setup, seed=(*draft.seed, command))
            yield later, f"once the app is up: {command}"
        yield dataclasses.replace(draft, setup=setup), f"left out: {command}"


def _no_redis(draft: Draft, words: str) -> Iterator[tuple[Draft, str]]:
    """Many apps start without their cache; its variables then hold an address that refuses."""
    redis = [one for one in draft.dependencies if one.kind == "redis"]
    if "depends on Redis, and no server was found" in words and redis:
        host, port = REFUSES.split(":")
        environment = dict(draft.environment)
        others = tuple(one for one in draft.dependencies if one.kind != "redis")
        for one in redis:
            environment |= {
                name: text for name, text in one.filled(host, int(port)).items() if text
            }
        changed = dataclasses.replace(draft, dependencies=others, environment=environment)
        yield changed, "without Redis"


def _two_roots(draft: Draft, words: str) -> Iterator[tuple[Draft, str]]:
    """Some imports start in the app's folder, and others name that folder: both are roots."""
    folder = draft.directory.rstrip("/").rpartition("/")[2]
    if folder and re.search(rf"No module named '{re.escape(folder)}(?:\.[\w.]+)?'", words):
        path = draft.environment.get("PYTHONPATH", "")
        environment = {**draft.environment, "PYTHONPATH": f"..:{path}" if path else ".."}
        if not path.startswith(".."):
            changed = dataclasses.replace(draft, environment=environment)
            yield changed, f"imports start in {folder}/ and above it"


def _root_below(draft: Draft, words: str) -> Iterator[tuple[Draft, str]]:
    """Some imports start in a folder below: in src, or where an editor has its root of sources."""
    missing = re.search(r"No module named '(?P<top>\w+)[.']", words)
    place = draft.below.get(missing["top"]) if missing else None
    paths = [one for one in draft.environment.get("PYTHONPATH", "").split(":") if one]
    if place and place not in paths:
        environment = {**draft.environment, "PYTHONPATH": ":".join((*paths, place))}
        changed = dataclasses.replace(draft, environment=environment)
        yield changed, f"imports start in {place}/, too"


RULES: tuple[Rule, ...] = (
    _two_roots, _root_below, _missing_setting, _wrong_value, _driver, _other_name, _extension,
    _heads, _no_redis, _failed_setup,
)  # fmt: skip
