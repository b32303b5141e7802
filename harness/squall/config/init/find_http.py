"""Find an app's OpenAPI document and its login from the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from squall.config.init.project import Module

USERS = re.compile(r"^(?:FIRST_|DEFAULT_|INITIAL_)?(?:SUPERUSER|SUPER_USER|ADMIN|USER)"
                   r"(?:_EMAIL|_USERNAME|_NAME|_LOGIN|_USER)?$")  # fmt: skip
PASSWORDS = re.compile(
    r"^(?:FIRST_|DEFAULT_|INITIAL_)?(?:SUPERUSER|SUPER_USER|ADMIN)_(?:PASSWORD|PASS|PW)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundHttp:
    """The parts of the API that are not at their usual paths."""

    openapi: str = ""
    """Path of the document; empty for the default path."""
    mounted: tuple[str, ...] = ()
    """Paths of the documents of mounted apps."""
    no_openapi: str = ""
    """``main.py:9``, the place where it is disabled."""
    token_path: str = ""
    """Path of the token endpoint in an OAuth2 password flow."""
    first_user: Mapping[str, str] = field(default_factory=dict)
    """The variables of the user whom the set-up creates, with their values or defaults."""


def find_http(
    modules: Sequence[Module], defaults: Mapping[str, str | None], shown: Mapping[str, str]
) -> FoundHttp:
    """Read the arguments of FastAPI and OAuth2PasswordBearer. ``defaults`` are those of
    settings.
    """
    values = text_values(modules, defaults)
    openapi, off = _document_place(modules, values, shown)
    token = next((path_of(_argument(call, "tokenUrl"), values)
                  for _, call in _calls_of(modules, "OAuth2PasswordBearer")), "")  # fmt: skip
    passwords = [name for name in defaults if PASSWORDS.match(name.upper())]
    users = [name for name in defaults if USERS.match(name.upper())]
    plain = "" if openapi in ("", "/openapi.json") else openapi
    return FoundHttp(
        openapi=plain,
        mounted=tuple(one for one in _mounted(modules, values) if one != plain),
        no_openapi=off,
        token_path=token,
        first_user={name: text for name in (*users, *passwords) if (text := defaults[name])}
        if passwords
        else {},
    )


def text_values(modules: Sequence[Module], defaults: Mapping[str, str | None]) -> dict[str, str]:
    """What a name in the source may stand for: defaults of settings, and constants."""
    values = {name.lower(): text for name, text in defaults.items() if text is not None}
    return values | _constants(modules)


def _document_place(
    modules: Sequence[Module], values: Mapping[str, str], shown: Mapping[str, str]
) -> tuple[str, str]:
    """The path of the document, and the place where it is disabled.

    An app without a document may mount another that has one: ``app.mount("/api", api)``.
    """
    openapi = below = off = ""
    mounts = _mounts(modules, values)
    for module, call in _calls_of(modules, "FastAPI"):
        given = _argument(call, "openapi_url")
        prefix = mounts.get(call, "")
        if isinstance(given, ast.Constant) and given.value is None:
            off = f"{shown[str(module.path)]}:{call.lineno}"
        elif prefix:
            below = below or prefix + (path_of(given, values) or "/openapi.json")
        else:
            openapi = openapi or path_of(given, values)
    return (below, "") if off and below and not openapi else (openapi, off)


def _mounted(modules: Sequence[Module], values: Mapping[str, str]) -> Iterator[str]:
    """The documents of mounted apps."""
    mounts = _mounts(modules, values)
    for _, call in _calls_of(modules, "FastAPI"):
        given = _argument(call, "openapi_url")
        off = isinstance(given, ast.Constant) and given.value is None
        if mounts.get(call) and not off:
            yield mounts[call] + (path_of(given, values) or "/openapi.json")


def _mounts(modules: Sequence[Module], values: Mapping[str, str]) -> dict[ast.expr, str]:
    """The prefixes at which apps are mounted, by the expressions that create these apps."""
    made: dict[str, ast.expr] = {}
    prefixes: dict[str, str] = {}
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                made[node.targets[0].id] = node.value
            elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".mount"):
                given = node.args[1] if len(node.args) > 1 else _argument(node, "app")
                if isinstance(given, ast.Name):
                    prefixes[given.id] = path_of(_argument(node, "path"), values).rstrip("/")
    return {made[name]: prefix for name, prefix in prefixes.items() if name in made}


def _calls_of(modules: Sequence[Module], name: str) -> Iterator[tuple[Module, ast.Call]]:
    for module in modules:
        if name in module.text:
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == name:
                    yield module, node


def _argument(call: ast.Call, name: str) -> ast.expr | None:
    """The variable that matches by name, else the first one."""
    named = {one.arg: one.value for one in call.keywords}
    return named.get(name, call.args[0] if call.args else None)


def path_of(node: ast.expr | None, values: Mapping[str, str]) -> str:
    """A path that is constant or composed of constants and settings' defaults; else empty."""
    text = _text_of(node, values)
    return "" if text is None or not text else text if text.startswith("/") else f"/{text}"


def _text_of(node: ast.expr | None, values: Mapping[str, str]) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, (ast.Attribute, ast.Name)):
        name = node.attr if isinstance(node, ast.Attribute) else node.id
        return values.get(name.lower())
    if isinstance(node, ast.JoinedStr):
        parts = [
            _text_of(one.value if isinstance(one, ast.FormattedValue) else one, values)
            for one in node.values
        ]
        return None if None in parts else "".join(str(one) for one in parts)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _text_of(node.left, values), _text_of(node.right, values)
        return None if left is None or right is None else left + right
    return None


def _constants(modules: Sequence[Module]) -> dict[str, str]:
    """Texts that modules and classes assign exactly once to a name, such as API_PREFIX."""
    found: dict[str, str] = {}
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                target, value = node.targets[0], node.value
                if (isinstance(target, ast.Name) and isinstance(value, ast.Constant)
                        and isinstance(value.value, str)):  # fmt: skip
                    found.setdefault(target.id.lower(), value.value)
    return found
