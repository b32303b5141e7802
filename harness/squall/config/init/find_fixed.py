"""The parts of the database's address that stand fixed in an app's source or compose file.

"postgresql://shop:secret@db/shop"       connect(host="db", user="shop", dbname="shop")
"host=db user=shop dbname=shop"          {"host": "db", "user": "shop", "database": "shop"}
f"postgresql://{USER}:{PASS}@{HOST}/shop", and POSTGRES_DB of the compose file's server
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from squall.config.init.project import Module

PARTS = ("user", "password", "name", "port")
ADDRESS = re.compile(
    r"postgres(?:ql)?(?:\+\w+)?://(?P<user>[A-Za-z_][\w-]*)(?::(?P<password>[^@\s\"'{}$%/]+))?"
    r"@(?P<host>localhost|127\.0\.0\.1|[\w-]+)(?::(?P<port>\d+))?/(?P<name>[A-Za-z_][\w-]*)"
)
"""A text without placeholders that is an address of this machine or of a compose service."""

LAST_PART = re.compile(
    r"postgres(?:ql)?(?:\+\w+)?://[^\s\"']*\{[^\s\"'/]*@[^\s\"'/]*/(?P<name>[A-Za-z_][\w-]*)[\"'?]"
)
"""The name of the database in an address whose other parts are placeholders."""

BEHIND_HOST = re.compile(r"@\{[^{}\s]*\}:(?P<port>\d{2,5})/")
"""The port in an address whose host is a placeholder."""

COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)
KEYS = {
    "user": "user", "username": "user", "password": "password", "passwd": "password",
    "database": "name", "dbname": "name", "db": "name", "db_name": "name", "port": "port",
    "host": "host", "hostname": "host", "server": "host",
}  # fmt: skip
KIND = re.compile(r"(?:sqlite|mysql|mariadb|postgres\w*)(?:\+\w+)?$", re.IGNORECASE)
KIND_OF_ADDRESS = re.compile(r"(sqlite|mysql|mariadb|postgres\w*)(?:\+\w+)?://", re.IGNORECASE)
KIND_KEYS = ("drivername", "driver", "engine", "ENGINE", "dialect")
POSTGRES_KIND = re.compile(r"postgres", re.IGNORECASE)
TITLES = {"sqlite": "SQLite", "mysql": "MySQL", "mariadb": "MariaDB"}
CONNECTS = re.compile(
    r"^(?:connect\w*|create_pool|make_conninfo|\w*ConnectionPool|\w*Engine|create|build|Database"
    r"|\w*PostgresqlDatabase)$"
)
CONNINFO = re.compile(r"\b(host|port|user|password|dbname)\s*=\s*'?([\w.-]+)'?")
NEAR = re.compile(r"localhost|127\.0\.0\.1|[\w-]+")
SERVER = re.compile(r"postgres|postgis|timescale|pgvector", re.IGNORECASE)
GIVEN = {"POSTGRES_USER": "user", "POSTGRES_PASSWORD": "password", "POSTGRES_DB": "name"}
DEFAULT = re.compile(r"\$\{\w+:?-([^}]*)\}")


def fixed_in_source(modules: Sequence[Module], source: str) -> dict[str, str]:
    """User, password, name and port, from the first address; empty if there is none."""
    found = ADDRESS.search(COMMENT.sub("", source)) or ADDRESS.search(source)
    tables: list[dict[str, str]] = [found.groupdict()] if found else []
    tables += [] if found else _composed(modules)
    tables += _tables(modules)
    parts = tables[0] if tables else {}
    return {key: parts[key] for key in PARTS if parts.get(key)}


def fixed_other(modules: Sequence[Module], shown: Callable[[Path, int], str]) -> str:
    """``SQLite (settings.py:51)``: the only database that stands fixed in the source, if it is
    another one; else empty. Comments and requirements may tell of PostgreSQL nevertheless.
    """
    places: dict[str, str] = {}
    for module in modules:
        for node in ast.walk(module.tree):
            kind = _kind_of(node)
            if POSTGRES_KIND.match(kind):
                return ""
            if kind:
                places.setdefault(kind.lower(), shown(module.path, getattr(node, "lineno", 0)))
    return next((f"{TITLES[kind]} ({place})" for kind, place in places.items()), "")


def _kind_of(node: ast.AST) -> str:
    """The database of a whole address, or of ``"drivername": "sqlite"``; else empty."""
    if isinstance(node, ast.Dict):
        keys = [str(getattr(key, "value", "")) for key in node.keys]
        given = dict(zip(keys, node.values, strict=True))
    elif isinstance(node, ast.Call):
        given = {one.arg or "": one.value for one in node.keywords}
    else:
        text = node.value if isinstance(node, ast.Constant) else ""
        found = KIND_OF_ADDRESS.match(text) if isinstance(text, str) else None
        return found[1] if found else ""
    texts = [getattr(one, "value", "") for key, one in given.items() if key in KIND_KEYS]
    return next((text.partition("+")[0] for text in texts if isinstance(text, str)
                 and KIND.match(text)), "")  # fmt: skip


def fixed_beside_variables(
    templates: Iterable[str],
    modules: Sequence[Module],
    source: str,
    services: Iterable[Mapping[str, Any]],
) -> dict[str, str]:
    """The parts that no variable sets: from the address in the source, else from the compose
    file.
    """
    told = " ".join(templates)
    if "{host}" not in told:
        return {}
    found = _of_server(services)
    last = LAST_PART.search(COMMENT.sub("", source))
    found |= {"name": last["name"]} if last else {}
    found |= _port(modules, source)
    return {key: text for key, text in found.items() if f"{{{key}}}" not in told}


def _port(modules: Sequence[Module], source: str) -> dict[str, str]:
    """``f"…@{HOST}:5432/shop"``, or {"host": HOST, "port": 5432}."""
    behind = BEHIND_HOST.search(COMMENT.sub("", source))
    if behind:
        return {"port": behind["port"]}
    for module in modules:
        constants = _constants(module)
        for node in ast.walk(module.tree):
            parts = _parts(node, constants) if isinstance(node, ast.Dict) else {}
            if parts.get("port") and _names(node) >= {"host", "user"}:
                return {"port": parts["port"]}
    return {}


def _names(node: ast.AST) -> set[str]:
    """Which parts a dict has, whatever their values are."""
    keys = node.keys if isinstance(node, ast.Dict) else []
    return {KEYS.get(str(getattr(key, "value", "")).lower(), "") for key in keys}


def _of_server(services: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What the compose file's PostgreSQL is told."""
    for service in services:
        given = service.get("environment")
        if not SERVER.search(str(service.get("image", ""))) or not given:
            continue
        pairs = given.items() if isinstance(given, Mapping) else (
            str(one).partition("=")[::2] for one in given)  # fmt: skip
        texts = {str(name): DEFAULT.sub(r"\1", str(text)) for name, text in pairs}
        return {key: texts[name] for name, key in GIVEN.items()
                if re.fullmatch(r"[\w-]+", texts.get(name, ""))}  # fmt: skip
    return {}


def _tables(modules: Sequence[Module]) -> Iterator[dict[str, str]]:
    """Each call, dict or text that names a database near the app with constants."""
    for module in modules:
        constants = _constants(module)
        for node in ast.walk(module.tree):
            parts = _parts(node, constants)
            if "name" in parts and ("user" in parts or "host" in parts):
                yield parts if NEAR.fullmatch(parts.get("host", "localhost")) else {}


def _composed(modules: Sequence[Module]) -> Iterator[dict[str, str]]:
    """f"postgres://{USER}:{PASSWORD}@{HOST}/shop", of constants of the same module."""
    for module in modules:
        constants = _constants(module)
        for node in ast.walk(module.tree):
            if isinstance(node, ast.JoinedStr):
                pieces = [one.value if isinstance(one, ast.FormattedValue) else one
                          for one in node.values]  # fmt: skip
                texts = [_text(one, constants) for one in pieces]
                if all(texts) and (found := ADDRESS.search("".join(texts))):
                    yield found.groupdict()


def _parts(node: ast.AST, constants: Mapping[str, str]) -> dict[str, str]:
    pairs: list[tuple[str, str]] = []
    if isinstance(node, ast.Call):
        if CONNECTS.match(ast.unparse(node.func).rsplit(".", 1)[-1]):
            pairs = [(one.arg or "", _text(one.value, constants)) for one in node.keywords]
    elif isinstance(node, ast.Dict):
        pairs = [(str(getattr(key, "value", "")), _text(value, constants))
                 for key, value in zip(node.keys, node.values, strict=True)]  # fmt: skip
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        pairs = CONNINFO.findall(node.value) if "dbname" in node.value else []
    return {KEYS[key.lower()]: text for key, text in pairs if text and key.lower() in KEYS}


def _text(node: ast.expr, constants: Mapping[str, str]) -> str:
    """A constant, or the constant of the module with this name."""
    if isinstance(node, ast.Constant) and isinstance(node.value, (str, int)):
        return str(node.value)
    return constants.get(node.id, "") if isinstance(node, ast.Name) else ""


def _constants(module: Module) -> dict[str, str]:
    return {
        node.targets[0].id: str(node.value.value)
        for node in module.tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant) and isinstance(node.value.value, (str, int))
    }  # fmt: skip
