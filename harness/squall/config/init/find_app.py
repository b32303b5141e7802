"""Find the app object: the one that the project's commands name, else the one that has routes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from squall.config.init.makers import AppObject, app_objects
from squall.config.init.project import Module, Project
from squall.config.init.start_commands import Command

SERVER = re.compile(r"\b(?:uvicorn|gunicorn|hypercorn|granian|daphne)\b")
IMPORT_STRING = re.compile(
    r"(?<![\w./:@-])(?P<module>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*):(?P<name>[A-Za-z_]\w*)(?P<call>\(\))?(?![\w/:])"
)
CHDIR = re.compile(r"--(?:chdir|app-dir)[ =](?P<folder>[\w./-]+)")
ASGI_WORKER = re.compile(r"uvicorn|asgi", re.IGNORECASE)
FASTAPI_FILE = re.compile(
    r"\bfastapi\s+(?:run|dev)\s+(?:--?[\w-]+\s+\S+\s+)*(?P<file>[\w./-]+\.py)"
)
NOT_MODULES = {"http", "https", "localhost", "host", "sqlite", "postgresql"}
GOOD_NAMES = {"main": 6, "app": 4, "asgi": 5, "server": 3, "api": 2, "run": 2, "application": 3,
              "__init__": 1, "wsgi": 1}  # fmt: skip
TOOLS = {"tools", "scripts", "script", "examples", "example", "docs", "samples", "benchmark"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundApp:
    """An app with the directory from which its module is imported."""

    module: str
    name: str
    factory: bool
    root: Path
    path: Path
    line: int
    why: str
    """``docker-compose.yml:4``, or ``has the routes``."""
    script: str = ""
    """The command of an app that only a script makes; its port is not in it yet."""

    @property
    def target(self) -> str:
        """``package.module:app``, or the script."""
        return self.script or f"{self.module}:{self.name}"


def find_apps(project: Project, commands: Iterable[Command]) -> list[FoundApp]:
    """The candidates without duplicates, the best first."""
    objects = app_objects(project)
    named = list(_named_by_commands(project, commands, objects))
    named += _named_by_source(project, objects)
    ranked = sorted(objects, key=lambda one: -_score(project, one))
    guessed = [_placed(project, one, "it has the routes") for one in ranked]
    unique: dict[tuple[Path, str], FoundApp] = {}
    for one in (*named, *guessed):
        unique.setdefault((one.path, one.name), one)
    return list(unique.values())


def _named_by_commands(
    project: Project, commands: Iterable[Command], objects: list[AppObject]
) -> Iterator[FoundApp]:
    for command in sorted(commands, key=_is_wsgi):
        if SERVER.search(command.text):
            moved = CHDIR.search(command.text)
            near = command.folder / moved["folder"] if moved else command.folder
            for found in IMPORT_STRING.finditer(command.text):
                if found["module"] in NOT_MODULES:
                    continue
                factory = "--factory" in command.text or bool(found["call"])
                yield from _located(
                    project, found["module"], found["name"], near, command.place, factory
                )
        for found in FASTAPI_FILE.finditer(command.text):
            for one in objects:
                if one.module.path.as_posix().endswith("/" + found["file"].lstrip("./")):
                    yield _placed(project, one, command.place)


def _is_wsgi(command: Command) -> bool:
    """Gunicorn without a worker for ASGI runs another app, such as an admin's in Flask."""
    return "gunicorn" in command.text and not ASGI_WORKER.search(command.text)


def _named_by_source(project: Project, objects: list[AppObject]) -> Iterator[FoundApp]:
    """``uvicorn.run("shop.main:app")`` and ``uvicorn.run(app)``."""
    for module in project.modules.values():
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Call) or not is_server_call(node):
                continue
            given = node.args[0] if node.args else _keyword(node, "app", "target")
            why = project.shown(module.path, node.lineno)
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                name, _, attribute = given.value.partition(":")
                factory = _is_true(_keyword(node, "factory"))
                yield from _located(
                    project, name, attribute or "app", module.path.parent, why, factory
                )
            elif isinstance(given, ast.Name):
                for one in objects:
                    if one.module is module and one.name == given.id:
                        yield _placed(project, one, why)


def _located(
    project: Project,
    name: str,
    attribute: str,
    near: Path,
    why: str,
    factory: bool,  # noqa: FBT001
) -> Iterator[FoundApp]:
    """The import string, with the directory from which the module can be imported."""
    roots = sorted(project.folders, key=lambda root: (root != near, not root.is_relative_to(near)))
    for root in roots:
        module = project.find_module(name, root)
        if module is None:
            continue
        line = _bound_at(module, attribute)
        # A module that extends sys.path is imported from where it lies.
        own = "sys.path" in module.text and root == near
        better = root if own else _better_root(project, module, root)
        if line:
            makes = factory or _is_function(module, attribute)
            target = name if better == root else dotted_name(module.path, better)
            yield FoundApp(module=target, name=attribute, factory=makes, root=better,
                           path=module.path, line=line, why=why)  # fmt: skip
            return


def _better_root(project: Project, module: Module, root: Path) -> Path:
    """``uvicorn.run("main:app")`` in app/main.py, where imports start with ``app.``."""
    names = [name for name, level, _ in module.imported() if not level]
    other = import_root(project, module)

    def found(place: Path) -> int:
        return sum(project.find_module(name, place) is not None for name in names)

    return other if found(root) == 0 and found(other) > 0 else root


def _placed(project: Project, one: AppObject, why: str) -> FoundApp:
    root = import_root(project, one.module)
    module = dotted_name(one.module.path, root)
    return FoundApp(module=module, name=one.name, factory=one.factory, root=root,
                    path=one.module.path, line=one.line, why=why)  # fmt: skip


def dotted_name(path: Path, root: Path) -> str:
    """The name by which a file is imported if imports start at ``root``."""
    relative = path.relative_to(root).with_suffix("")
    return ".".join(relative.parts[:-1] if relative.name == "__init__" else relative.parts)


def import_root(project: Project, module: Module) -> Path:
    """The directory from which most of the module's imports resolve, the module included."""
    parents = [one for one in module.path.parents if one.is_relative_to(project.directory)]
    dots = max((level for _, level, _ in module.imported()), default=0)
    usable = parents[dots:] or parents[-1:]
    if module.path.name == "__init__.py":
        usable = [one for one in usable if one != module.path.parent] or usable
    names = [name for name, level, _ in module.imported() if not level]
    near = project.reachable_from([module], usable[0])

    theirs = [name for one in near for name, level, _ in one.imported() if not level]

    def fits(root: Path) -> tuple[int, int, bool]:
        found = sum(project.find_module(name, root) is not None for name in names)
        inside = sum(project.find_module(name, root) is not None for name in theirs)
        marked = any((root / mark).exists() for mark in ("alembic.ini", "pyproject.toml",
                     "requirements.txt", "Dockerfile", "manage.py"))  # fmt: skip
        return found, inside, marked and not (root / "__init__.py").exists()

    # Without evidence the top directory is used. A folder src is a package only if it is imported.
    order = sorted(usable, key=lambda one: (one.name != "src", len(one.parts)))
    return max(order, key=fits)


def _score(project: Project, one: AppObject) -> float:
    relative = one.module.path.relative_to(project.directory)
    score = 20.0 * one.has_routes - 15.0 * one.factory - 1.5 * len(relative.parts)
    score += GOOD_NAMES.get(relative.stem, 0) + 3 * (one.name in ("app", "application", "api"))
    score -= 30 * bool(TOOLS & set(relative.parts[:-1]))
    return score - 10 * one.needs_arguments


def _bound_at(module: Module, name: str) -> int:
    for node in module.tree.body:
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign):
            targets = [node.target]
        elif (isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name) or (
            isinstance(node, (ast.ImportFrom, ast.Import))
            and any((alias.asname or alias.name) == name for alias in node.names)
        ):
            return node.lineno
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return node.lineno
    return 0


def _is_function(module: Module, name: str) -> bool:
    return any(isinstance(node, ast.FunctionDef) and node.name == name for node in module.tree.body)


def is_server_call(call: ast.Call) -> bool:
    """Whether the call runs a server, or configures one."""
    called = ast.unparse(call.func)
    return called in {"uvicorn.run", "hypercorn.run", "granian.Granian", "Granian",
                      "server.Granian", "uvicorn.Config"}  # fmt: skip


def _keyword(call: ast.Call, *names: str) -> ast.expr | None:
    return next((one.value for one in call.keywords if one.arg in names), None)


def _is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True
