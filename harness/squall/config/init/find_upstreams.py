"""Find out which HTTP servers an app calls, and what a stand-in must answer for it to work.

    RATES = os.environ["RATES_URL"]                            environment = {RATES_URL = "{url}"}
    answer = await client.get(f"{RATES}/rates/{currency}")     path = "/rates/{p1}"
    rate = float(answer.json()["rate"])                        json = {rate = 1.25}

Nothing is imported or run. An address that is fixed in the source cannot be led to a stand-in.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from squall.config.dependencies import Dependency
from squall.config.init.find_database import Known
from squall.config.init.find_redis import find_redis
from squall.config.init.project import Module
from squall.config.upstream_answers import DeclaredAnswer

CLIENT = re.compile(r"^\s*(?:import|from)\s+(?:httpx2?|aiohttp|requests|urllib3)\b", re.MULTILINE)
METHODS = frozenset({"get", "post", "put", "patch", "delete"})
NAMED = re.compile(r"(URL|URI|ENDPOINT|BASE|API|ADDRESS)$", re.IGNORECASE)
NOT_OURS = re.compile(
    r"DATABASE|POSTGRES|REDIS|SENTRY|FRONTEND|CORS|ORIGIN|CALLBACK|REDIRECT|PUBLIC|OTEL|TELEMETRY"
    r"|ISSUER|JWKS|S3|SMTP|AMQP|KAFKA|RABBIT|BROKER|DOCS|SITE|MONGO|ELASTIC|AUTH0|OAUTH|^BASE_URL$",
    re.IGNORECASE,
)
VALUES: tuple[tuple[re.Pattern[str], Any], ...] = (
    (re.compile(r"(^|_)(ok|valid|approved|success|available|active|in_stock|allowed)$"), True),
    (re.compile(r"(^|_)(count|quantity|cents|qty|stock|level|limit|age|minutes|seconds)$"), 10),
    (re.compile(r"rate|price|amount|total|value|score|temp|cost|lat|lon|fee|percent"), 1.25),
    (re.compile(r"(^|_)(status|state|result)$"), "ok"),
)
OF_CASTS: Mapping[str, Any] = {"float": 1.25, "int": 10, "str": "text", "bool": True,
                               "Decimal": 1.25}  # fmt: skip


def find_servers(
    known: Sequence[Known], near: Iterable[Module], source: str, packages: Iterable[str]
) -> tuple[Dependency, ...]:
    """The servers besides the database: Redis, and those that the app calls by HTTP."""
    redis = find_redis(known, source, packages)
    return (*([redis] if redis else []), *find_upstreams(known, near))


def find_upstreams(known: Iterable[Known], modules: Iterable[Module]) -> tuple[Dependency, ...]:
    """A stand-in for each variable that holds the address of one; none without known calls."""
    calling = [module for module in modules if CLIENT.search(module.text)]
    answers = {(one.method, one.path): one for module in calling for one in _answers(module.tree)}
    whole = [each for module in calling for each in _whole_addresses(module.tree)]
    found = []
    for one in known:
        address = urlsplit(one.value)
        http = address.scheme in ("http", "https") or not one.value
        if not http or not one.read or not NAMED.search(one.name) or NOT_OURS.search(one.name):
            continue
        path = address.path.rstrip("/")
        own = [each for name, each in whole if name.upper() == one.name.upper()]
        told = [_below(path, each) for each in own or answers.values()]
        if told:
            found.append(Dependency(
                name=_name(one.name), kind="http", environment={one.name: f"{{url}}{path}"},
                answers=tuple({(one.method, one.path): one for one in told}.values()),
            ))  # fmt: skip
    return tuple(found)


def _name(variable: str) -> str:
    words = re.sub(r"_?(BASE|API|SERVICE)?_?(URL|URI|ENDPOINT|BASE|API|ADDRESS)$", "", variable,
                   flags=re.IGNORECASE).lower()  # fmt: skip
    text = re.sub(r"[^a-z0-9]+", "-", words).strip("-")[:40]
    return text if text[:1].isalpha() and text not in ("app", "postgres", "redis") else "upstream"


def _below(path: str, answer: DeclaredAnswer) -> DeclaredAnswer:
    return DeclaredAnswer(path=path + answer.path or "/", method=answer.method, json=answer.json)


def _whole_addresses(tree: ast.AST) -> Iterator[tuple[str, DeclaredAnswer]]:
    """``client.get(settings.RATES_URL, params=…)``: the variable, and the answer to that."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        json = dict(_fields(function)) or {"ok": True}
        for node in ast.walk(function):
            match node:
                case ast.Call(func=ast.Attribute(attr=method), args=[given, *_]):
                    name = getattr(given, "attr", getattr(given, "id", ""))
                    if method in METHODS and NAMED.search(name):
                        yield name, DeclaredAnswer(path="", method=method.upper(), json=json)


def _answers(tree: ast.AST) -> Iterator[DeclaredAnswer]:
    """What is called in each function, and the fields of the answers that it reads."""
    functions = [node for node in ast.walk(tree)
                 if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]  # fmt: skip
    routes = {id(one) for function in functions for one in function.decorator_list}
    for function in functions:
        json = dict(_fields(function))
        for node in ast.walk(function):
            if not isinstance(node, ast.Call) or id(node) in routes:
                continue
            if (called := _called(node)) is not None:
                method, path = called
                yield DeclaredAnswer(path=path, method=method, json=json or {"ok": True})


def _called(node: ast.Call) -> tuple[str, str] | None:
    """``("GET", "/rates/{currency}")``; None if it is not a call of a path on a server."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in METHODS or not node.args:
        return None
    text = _text(node.args[0])
    path = text.partition("?")[0]
    return (node.func.attr.upper(), path) if path.startswith("/") and len(path) > 1 else None


def _text(node: ast.expr) -> str:
    """A path with its parameters in braces, without the server in front of it."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.right) if not _text(node.left) else _text(node.left) + _text(node.right)
    if not isinstance(node, ast.JoinedStr):
        return ""
    parts = node.values[1:] if isinstance(node.values[0], ast.FormattedValue) else node.values
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else f"{{p{number}}}"
        for number, part in enumerate(parts)
    )


def _fields(function: ast.AST) -> Iterator[tuple[str, Any]]:
    """Fields that are read from ``….json()``, each with a value of its kind."""
    bodies = {
        target.id
        for node in ast.walk(function) if isinstance(node, ast.Assign) and _is_json(node.value)
        for target in node.targets if isinstance(target, ast.Name)
    }  # fmt: skip
    casts = {
        id(inner): node.func.id
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        for inner in node.args
    }
    for node in ast.walk(function):
        owner, key = _read(node)
        if key and owner is not None and (_is_json(owner) or getattr(owner, "id", "") in bodies):
            yield key, OF_CASTS.get(casts.get(id(node), ""), _value(key))


def _read(node: ast.AST) -> tuple[ast.expr | None, str]:
    """The object and the key of ``body["key"]`` and ``body.get("key")``."""
    match node:
        case ast.Subscript(value=owner, slice=ast.Constant(value=str(key))):
            return owner, key
        case ast.Call(
            func=ast.Attribute(value=owner, attr="get"), args=[ast.Constant(value=str(key)), *_]
        ):
            return owner, key
        case _:
            return None, ""


def _is_json(node: ast.AST) -> bool:
    if isinstance(node, ast.Await):
        node = node.value
    return isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "json"


def _value(key: str) -> object:
    return next((value for pattern, value in VALUES if pattern.search(key.lower())), "text")
