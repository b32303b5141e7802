"""The function of the project that answers an operation, found in its source by method and path.

    @router.get("/{note_id}")           GET /api/notes/7, mounted at /api/notes
    async def read_note(note_id): …     ─▶ notes/routes.py:31 in read_note

An outage that leaves no traceback, such as a wait without a limit, names no line by itself. Nothing
is imported or run. Where two functions fit equally, none is named.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from squall.config.init.newer_syntax import parse_source
from squall.config.init.project import Project
from squall.config.init.project_files import python_files, read_text
from squall.config.profile import AppProfile
from squall.core import events
from squall.gates.verdict import Finding, Verdict
from squall.history.op import Op
from squall.workload.operations import Operation

METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
ANY_METHOD = frozenset({"route", "api_route"})
DECORATED = re.compile(rf"@[\w.]+\.(?:{'|'.join(sorted(METHODS | ANY_METHOD))})\s*\(")
PARAMETER = re.compile(r"\{[^{}]*\}")
IMPORT_STRING = re.compile(r"(?P<module>[\w.]+):\w")
OWN_SCHEME = re.compile(r"[-:./]")
"""``orders-create_order``: a name of the app's own, of a tag and the function."""
NOT_A_NAME = re.compile(r"\W")
"""What FastAPI replaces in the names that it makes for operations."""


@dataclass(frozen=True, slots=True)
class Route:
    """A decorator with a path, and the function below it."""

    method: str
    """In capital letters; empty for any."""
    path: str
    function: str
    place: str
    """``shop/main.py:81 in list_items``."""
    in_main: bool
    """Whether it is in the module that the app's import string names."""

    def fit(self, operation: Operation) -> tuple[bool, int, int, bool] | None:
        """How well it fits: by name, constant parts, parts, module. None if it does not."""
        parts = [part for part in self.path.split("/") if part]
        asked = [part for part in operation.path.partition("?")[0].split("/") if part]
        own = asked[len(asked) - len(parts) :]
        alike = len(own) == len(parts) and all(map(_same, parts, own))
        if not alike or self.method not in ("", operation.method):
            return None
        made = NOT_A_NAME.sub("_", f"{self.path}_{self.method.lower()}")
        name = operation.name
        named = (name.startswith(f"{self.function}_") and name.endswith(made)) or (
            OWN_SCHEME.split(name)[-1] == self.function
        )
        constant = sum(not PARAMETER.search(part) for part in parts)
        return (named, constant, len(parts), self.in_main) if parts or named else None


def _same(part: str, asked: str) -> bool:
    pattern = "".join(
        ".+" if PARAMETER.fullmatch(piece) else re.escape(piece)
        for piece in re.split(r"(\{[^{}]*\})", part)
    )
    return re.fullmatch(pattern, asked) is not None


@lru_cache(maxsize=8)
def known_routes(root: Path, app: str) -> tuple[Route, ...]:
    """The same, read once for a process: a large project takes seconds of CPU time."""
    return tuple(find_routes(root, app))


def find_routes(root: Path, app: str) -> list[Route]:
    """The routes of the project below ``root``; none if the app is not a part of it."""
    project = Project(root)
    named = IMPORT_STRING.search(app)
    main = named["module"].replace(".", "/") if named else ""
    paths = {path: path.relative_to(root).with_suffix("").as_posix() for path in python_files(root)}
    top = main.partition("/")[0]
    if " " not in app and not any(top in path.split("/") for path in paths.values()):
        return []
    return [
        Route(
            method, path, node.name,
            place=f"{project.shown(module, node.lineno)} in {node.name}",
            in_main=f"/{paths[module]}".endswith(f"/{main}"),
        )
        for module in paths
        for node in ast.walk(_tree(module))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        for method, path in _declared(node)
    ]  # fmt: skip


def _tree(path: Path) -> ast.AST:
    """What a file declares; nothing is parsed that has no route."""
    text = read_text(path)
    try:
        return parse_source(text if DECORATED.search(text) else "")
    except (SyntaxError, ValueError, RecursionError):
        return ast.Module(body=[], type_ignores=[])


def _declared(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, str]]:
    for decorator in node.decorator_list:
        match decorator:
            case ast.Call(func=ast.Attribute(attr=verb)) if verb in METHODS | ANY_METHOD:
                given = [
                    *decorator.args[:1],
                    *(k.value for k in decorator.keywords if k.arg == "path"),
                ]
                for one in given:
                    if isinstance(one, ast.Constant) and isinstance(one.value, str):
                        yield verb.upper() if verb in METHODS else "", one.value


def handler_of(operation: Operation, routes: Iterable[Route]) -> str:
    """The place of the function that answers it; empty if that is not certain."""
    fitting = [(fit, route) for route in routes if (fit := route.fit(operation))]
    best = max((fit for fit, _ in fitting), default=None)
    places = {route.place for fit, route in fitting if fit == best}
    return places.pop() if len(places) == 1 else ""


def locate_handlers(
    profile: AppProfile, ops: Iterable[Op], at: float, findings: Iterable[Finding] = ()
) -> Iterator[events.HandlerLocated]:
    """For each operation that was not answered well at least once, or that a failed gate shows:
    the function that answers it. An answer that hides the outage looks like a good one.
    """
    shown = {number for one in findings if one.verdict is Verdict.FAIL for number in one.ops}
    deadline = profile.contract.deadline_seconds
    bad = {op.name for op in ops if not op.good or op.done - op.sent > deadline or op.id in shown}
    wanted = [one for one in profile.operations if one.name in bad]
    routes = known_routes(profile.cwd or Path.cwd(), profile.app) if wanted else ()
    for operation in wanted:
        place = handler_of(operation, routes)
        if place:
            yield events.HandlerLocated(at=at, operation=operation.name, place=place)
