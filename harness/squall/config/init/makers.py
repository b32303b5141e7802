"""Find the objects that are FastAPI apps, and the functions that create them, from the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from squall.config.init.project import Module, Project

ROUTES = {"include_router", "add_api_route", "mount", "get", "post", "put", "patch", "delete",
          "api_route", "register_routes", "websocket", "route"}  # fmt: skip
PASSED = re.compile(r"rout|setup|register|init|config|mount|include|add", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AppObject:
    """A name in a module that holds an app, or a function that returns one."""

    module: Module
    name: str
    factory: bool
    line: int
    has_routes: bool
    needs_arguments: bool = False


def app_objects(project: Project) -> list[AppObject]:
    """All of them, in all modules."""
    classes = {"FastAPI"} | set(_subclasses(project))
    makers = _makers(project, classes)
    found: list[AppObject] = []
    for module in project.modules.values():
        known = _known_makers(module, makers)
        if not classes & set(re.findall(r"\w+", module.text)) and not known:
            continue
        found += _objects(module, classes, known)
        found += _factories(module, classes, known)
    return found


def _subclasses(project: Project) -> Iterator[str]:
    for module in project.modules.values():
        if "FastAPI" in module.text:
            for node in ast.walk(module.tree):
                if isinstance(node, ast.ClassDef) and any(
                    ast.unparse(base).split(".")[-1] == "FastAPI" for base in node.bases
                ):
                    yield node.name


def _makers(project: Project, classes: set[str]) -> dict[str, bool]:
    """Names of all functions that return an app, and whether they add routes.

    Computed in two passes: a function that returns the result of another maker is also a maker.
    """
    makers: dict[str, bool] = {}
    for _ in range(3):
        for module in project.modules.values():
            for node in ast.walk(module.tree):
                if isinstance(node, ast.FunctionDef) and _makes(node, classes, set(makers)):
                    makers[node.name] = makers.get(node.name, False) or _adds_routes(node, "")
    return makers


def _known_makers(module: Module, makers: dict[str, bool]) -> dict[str, bool]:
    """The makers that a module can call, by their names in that module."""
    known = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef) and node.name in makers:
            known[node.name] = makers[node.name]
        elif isinstance(node, (ast.ImportFrom, ast.Import)):
            for alias in node.names:
                if alias.name in makers:
                    known[alias.asname or alias.name] = makers[alias.name]
    return known


def _makes(function: ast.FunctionDef, classes: set[str], makers: set[str]) -> bool:
    if function.returns is not None and ast.unparse(function.returns).split(".")[-1] in classes:
        return True
    # def with_handlers(app: FastAPI): … return app
    typed = [(one.arg, one.annotation) for one in function.args.args if one.annotation]
    made = {name for name, kind in typed if ast.unparse(kind).split(".")[-1] in classes}
    made |= {
        target.id
        for node in ast.walk(function)
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and _calls(node.value, classes | makers)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    return any(
        isinstance(node, ast.Return)
        and (_calls(node.value, classes | makers)
             or (isinstance(node.value, ast.Name) and node.value.id in made))
        for node in ast.walk(function)
    )  # fmt: skip


def _calls(node: ast.expr | None, names: set[str]) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in names


def _objects(module: Module, classes: set[str], known: dict[str, bool]) -> Iterator[AppObject]:
    for node in module.tree.body:
        if not isinstance(node, (ast.Assign, ast.AnnAssign)):
            continue
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if isinstance(target, ast.Name) and _calls(node.value, classes | set(known)):
            called = ast.unparse(node.value.func).split(".")[-1]  # type: ignore[union-attr] # a call
            routes = known.get(called, False) or _adds_routes(module.tree, target.id)
            yield AppObject(module, target.id, False, node.lineno, routes)


def _factories(module: Module, classes: set[str], known: dict[str, bool]) -> Iterator[AppObject]:
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef) and _makes(node, classes, set(known)):
            positional = [*node.args.posonlyargs, *node.args.args]
            needed = len(positional) > len(node.args.defaults) or any(
                default is None for default in node.args.kw_defaults
            )
            routes = _adds_routes(node, "")
            yield AppObject(module, node.name, True, node.lineno, routes, needed)


def _adds_routes(tree: ast.AST, name: str) -> bool:
    """Whether routes are added to the name (or to anything), or code that adds them gets it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = ast.unparse(node.func.value)
            if node.func.attr in ROUTES and (owner == name or (not name and owner != "os.environ")):
                return True
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            handed = any(isinstance(one, ast.Name) and one.id == name for one in node.args)
            if handed and PASSED.search(called):
                return True
    return False
