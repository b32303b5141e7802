"""Find the paths of an app's websockets in its source: an OpenAPI document has none of them.

router = APIRouter(prefix="/chat")        app.include_router(chat.router, prefix="/api")
@router.websocket("/ws/{room}")           ──▶ /api/chat/ws/{room}
async def talk(ws, room: int, token: str) ──▶ /api/chat/ws/{room}?token={token}
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from squall.config.init.find_http import path_of
from squall.config.init.project import Module, Project

MAX_DEPTH = 6
DECORATORS = ("websocket", "websocket_route")
PLAIN = re.compile(r"^(?:str|int|UUID|uuid\.UUID)$")
"""Annotations of parameters that stand in the address."""

Router = tuple[Path, str]
"""A router: the file and the name to which it is assigned."""


@dataclass(frozen=True, slots=True)
class _Included:
    """One call of ``include_router``."""

    child: Router
    parent: Router
    prefix: str


def find_websockets(
    project: Project, modules: Sequence[Module], root: Path, values: Mapping[str, str]
) -> tuple[str, ...]:
    """Their paths, with the parameters of path and query as placeholders."""
    own = dict(_own_prefixes(modules, values))
    included = list(_inclusions(project, modules, root, values))
    found: list[str] = []
    for module in modules:
        for node in ast.walk(module.tree):
            for owner, path in _decorated(node, values):
                router = _origin(project, module, owner, root)
                for prefix in _prefixes(router, own, included, MAX_DEPTH):
                    whole = re.sub(r"\{(\w+):\w+\}", r"{\1}", prefix + path)
                    found.append(whole + _query(node, whole))
    return tuple(dict.fromkeys(found))


def _decorated(node: ast.AST, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The router's name and the path, for a function that serves a websocket."""
    if isinstance(node, (ast.AsyncFunctionDef, ast.FunctionDef)):
        calls = [one for one in node.decorator_list if isinstance(one, ast.Call)]
        for one in calls:
            place = one.func
            if isinstance(place, ast.Attribute) and isinstance(place.value, ast.Name) and (
                place.attr in DECORATORS):  # fmt: skip
                given = one.args[0] if one.args else _keyword(one, "path")
                yield place.value.id, path_of(given, values)


def _query(node: ast.AST, path: str) -> str:
    """Parameters of the function that stand neither in the path nor have a default."""
    if not isinstance(node, (ast.AsyncFunctionDef, ast.FunctionDef)):
        return ""
    given = node.args.args
    free = given[: len(given) - len(node.args.defaults)]
    plain = [one for one in free if one.annotation and PLAIN.match(ast.unparse(one.annotation))]
    names = [one.arg for one in plain if f"{{{one.arg}}}" not in path]
    for one, default in zip(given[len(free) :], node.args.defaults, strict=True):
        if re.match(r"Query\(\s*(?:\.\.\.|\))", ast.unparse(default)):
            names.append(one.arg)
    return "?" + "&".join(f"{name}={{{name}}}" for name in names) if names else ""


def _own_prefixes(
    modules: Sequence[Module], values: Mapping[str, str]
) -> Iterator[tuple[Router, str]]:
    """Each router with the prefix that it was made with."""
    for module in modules:
        for node in ast.walk(module.tree):
            if (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
                    and isinstance(node.value, ast.Call)):  # fmt: skip
                prefix = path_of(_keyword(node.value, "prefix"), values)
                yield (module.path, node.targets[0].id), prefix.rstrip("/")


def _inclusions(
    project: Project, modules: Sequence[Module], root: Path, values: Mapping[str, str]
) -> Iterator[_Included]:
    for module in modules:
        for node in ast.walk(module.tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr != "include_router" or not isinstance(node.func.value, ast.Name):
                continue
            given = node.args[0] if node.args else _keyword(node, "router")
            prefix = path_of(_keyword(node, "prefix"), values).rstrip("/")
            if given is not None:
                child = _origin(project, module, ast.unparse(given), root)
                parent = _origin(project, module, node.func.value.id, root)
                yield _Included(child, parent, prefix)


def _origin(project: Project, module: Module, written: str, root: Path) -> Router:
    """Where a router is made: ``router``, ``chat.router`` or an imported name."""
    owner, _, attribute = written.rpartition(".")
    first = (owner or attribute).partition(".")[0]
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.ImportFrom):
            continue
        for alias in node.names:
            if (alias.asname or alias.name) != first:
                continue
            whole = f"{node.module or ''}.{alias.name}".lstrip(".")
            inner = project.resolve_import(module, whole, node.level, root)
            outer = project.resolve_import(module, node.module or "", node.level, root)
            if owner and inner is not None:
                return inner.path, attribute
            if outer is not None and outer is not module:
                return _origin(project, outer, attribute if owner else alias.name, root)
    return module.path, attribute


def _prefixes(
    router: Router, own: Mapping[Router, str], included: Sequence[_Included], depth: int
) -> Iterator[str]:
    """Every prefix under which the router is reached."""
    parents = [one for one in included if one.child == router and one.parent != router]
    if not parents or depth == 0:
        yield own.get(router, "")
    for one in parents if depth else ():
        for prefix in _prefixes(one.parent, own, included, depth - 1):
            yield prefix + one.prefix + own.get(router, "")


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((one.value for one in call.keywords if one.arg == name), None)
