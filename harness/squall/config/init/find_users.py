"""Users whom the app's own set-up creates, with passwords that its repository tells.

User(email="admin@shop.io", password=hashed("admin"))      a seed, or a command
{"username": "admin", "password": "admin"}                 a fixture
crypt('admin', gen_salt('bf'))                             a script in SQL
Login: `admin`, password: `admin`                          the README
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import yaml

from squall.config.init.project import Project
from squall.config.init.project_files import read_text
from squall.workload.login import Login

MOST = 4
VARIABLE = "SEEDED_USER"
SEEDS = re.compile(r"seed|fixture|initial|(?:^|_)init|bootstrap|populate|dummy|sample|demo|create"
                   r"|setup|prestart|superuser|admin", re.IGNORECASE)  # fmt: skip
SEED_FOLDERS = re.compile(r"seed|fixture", re.IGNORECASE)
NAME = re.compile(r"^(?:user_?)?(?:e?_?mail(?:_?address)?|name|login|user)$", re.IGNORECASE)
SECRET = re.compile(r"^(?:plain_?|hashed_?|user_?|raw_?)?(?:password|passwd|pwd)(?:_?hash)?$",
                    re.IGNORECASE)  # fmt: skip
CONSTANT = re.compile(
    r"^(?!.*(?:DB|DATABASE|POSTGRES|PG|SQL|MAIL|SMTP|REDIS|RABBIT))(?P<stem>\w*?)_?"
    r"(?:PASSWORD|PASSWD|PWD)$"
)
CONSTANT_NAMES = ("_EMAIL", "_USERNAME", "_USER", "_LOGIN", "_NAME", "")
WORD = re.compile(r"^[^\s<>{}$\"'`]{3,64}$")
"""Neither the place for a value nor a hash, which starts with ``$``."""
NO_WORD = re.compile(r"^(?:your|my_|string$|str$|none$|null$|true$|false$|\*+$|[0-9a-f]{32,}$)",
                     re.IGNORECASE)  # fmt: skip
OF_SERVER = re.compile(r"^(?:host(?:name)?|server|port|smtp\w*|db(?:name)?|database)$",
                       re.IGNORECASE)  # fmt: skip
"""Beside such a key, user and password are those of a server."""
HASHES = re.compile(r"hash|crypt|passw", re.IGNORECASE)
GIVEN = r"[\"'`*_ ]{0,4}[:=|][\"'`*|: ]{0,6}"
TOLD = re.compile(
    rf"\b(?:user(?:[ _]?name)?|e-?mail(?: address)?|login){GIVEN}(?P<name>[\w.+@-]{{3,64}})"
    rf"[^\w\n][^\n]*?(?:\n[^\n]*){{0,2}}?\bpass(?:word)?{GIVEN}"
    r"(?P<secret>[^\s\"'`*|,;&]{3,64})",
    re.IGNORECASE,
)
IN_SQL = re.compile(r"crypt\s*\(\s*'(?P<secret>[^']+)'", re.IGNORECASE)
SQL_NAME = re.compile(r"'(?P<name>[\w.+-]+@[\w.-]+\.\w+|admin|root|demo)'")


@dataclass(frozen=True, slots=True)
class SeededUser:
    """A name or mail address, its password, and where both stand."""

    name: str
    secret: str
    place: str


def find_users(project: Project) -> list[SeededUser]:
    """The first few users, those of seeds before those of other files."""
    found: dict[tuple[str, str], SeededUser] = {}
    for one in islice(_all_users(project), MOST * 10):
        if WORD.match(one.name) and WORD.match(one.secret) and not (
            NO_WORD.match(one.secret) or NO_WORD.match(one.name)):  # fmt: skip
            found.setdefault((one.name, one.secret), one)
    return list(found.values())[:MOST]


def variables_of(users: list[SeededUser]) -> dict[str, str]:
    """The users as variables, so that a login names them and its password."""
    found: dict[str, str] = {}
    for number, one in enumerate(users, 1):
        stem = VARIABLE if number == 1 else f"{VARIABLE}_{number}"
        found |= {stem: one.name, f"{stem}_PASSWORD": one.secret}
    return found


def told_users(users: list[SeededUser]) -> list[str]:
    """A note of where the users stand, without their passwords."""
    shown = ", ".join(f"{one.name} ({one.place})" for one in users)
    return [f"users that the source tells: {shown}; a login is tried with them"] if users else []


def without_unused(environment: Mapping[str, str], logins: Iterable[Login]) -> dict[str, str]:
    """The variables without those of users with whom no login worked."""
    used = repr([(one.form, one.json, one.basic) for one in logins])
    stems = {name.removesuffix("_PASSWORD") for name in environment if name.startswith(VARIABLE)}
    useless = {stem for stem in stems if f"${stem}_PASSWORD" not in used}
    return {name: text for name, text in environment.items()
            if name.removesuffix("_PASSWORD") not in useless}  # fmt: skip


def _all_users(project: Project) -> Iterator[SeededUser]:
    seeds = [path for path in project.files
             if SEEDS.search(path.stem) or SEED_FOLDERS.search(project.shown(path))]  # fmt: skip
    yield from _users_in(project, seeds)
    readme = [path for path in project.files if path.name.lower().startswith("readme")]
    for path in readme:
        text = read_text(path)
        for told in TOLD.finditer(text):
            line = text.count("\n", 0, told.start()) + 1
            yield SeededUser(told["name"], told["secret"], project.shown(path, line))
    others = [path for path in project.files if path not in {*seeds, *readme}]
    yield from _users_in(project, [path for path in others if path.suffix in (".py", ".sql")])


def _users_in(project: Project, paths: list[Path]) -> Iterator[SeededUser]:
    for path in paths:
        for name, secret, line in _pairs(project, path):
            yield SeededUser(name, secret, project.shown(path, line))


def _pairs(project: Project, path: Path) -> Iterator[tuple[str, str, int]]:
    """Names, passwords and lines in one file."""
    if path.suffix == ".py":
        module = project.modules.get(path)
        yield from _in_python(module.tree) if module else ()
    elif path.suffix in (".json", ".yaml", ".yml"):
        yield from ((name, secret, 1) for name, secret in _in_data(_parsed(path)))
    elif path.suffix == ".sql":
        yield from _in_sql(read_text(path))


def _in_python(tree: ast.Module) -> Iterator[tuple[str, str, int]]:
    constants: dict[str, tuple[str, int]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            given = {one.arg or "": one.value for one in node.keywords}
        elif isinstance(node, ast.Dict):
            keys = [getattr(key, "value", "") for key in node.keys]
            given = dict(zip(map(str, keys), node.values, strict=True))
        else:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                constants[node.targets[0].id.upper()] = (_text(node.value), node.lineno)
            continue
        texts = {name: _text(value) for name, value in given.items()}
        yield from ((*pair, node.lineno) for pair in _in_mapping(texts))
    for constant, (secret, line) in constants.items():
        if (stem := CONSTANT.match(constant)) and secret:
            names = (constants.get(f"{stem['stem']}{end}".lstrip("_")) for end in CONSTANT_NAMES)
            yield from ((name[0], secret, line) for name in names if name and name[0])


def _text(node: ast.expr) -> str:
    """A constant text, also as what is hashed: ``get_password_hash("secret")``."""
    if isinstance(node, ast.Call) and node.args and HASHES.search(ast.unparse(node.func)):
        return _text(node.args[0])
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _in_mapping(texts: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    if any(OF_SERVER.match(key) for key in texts):
        return
    secrets = [text for key, text in texts.items() if SECRET.match(key)]
    names = [text for key, text in texts.items() if NAME.match(key)]
    for secret in secrets[:1]:
        for name in names:
            if isinstance(secret, str) and isinstance(name, str) and secret and name:
                yield name, secret


def _in_data(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        yield from _in_mapping({str(key): one for key, one in value.items()})
    for inner in value.values() if isinstance(value, Mapping) else value if isinstance(
        value, list) else ():  # fmt: skip
        yield from _in_data(inner)


def _parsed(path: Path) -> object:
    try:
        text = read_text(path)
        return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError, RecursionError):
        return None


def _in_sql(text: str) -> Iterator[tuple[str, str, int]]:
    """What pgcrypto hashes, with the names of the same statement. Other hashes tell nothing."""
    for statement in re.finditer(r"INSERT\s+INTO[^;]*", text, re.IGNORECASE):
        line = text.count("\n", 0, statement.start()) + 1
        for secret in IN_SQL.finditer(statement[0]):
            for name in SQL_NAME.finditer(statement[0]):
                yield name["name"], secret["secret"], line
