"""A project as ``init`` reads it: every Python file with its syntax tree and its imports."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from squall.config.init.newer_syntax import parse_source
from squall.config.init.project_files import project_files, python_files, read_text


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file."""

    path: Path
    text: str
    tree: ast.Module

    def imported(self) -> Iterator[tuple[str, int, str]]:
        """Module, relative level and name of each import; the name is empty for a module."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    yield node.module or "", node.level, alias.name
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    yield alias.name, 0, ""


class Project:
    """The files below a directory. Nothing is run or imported."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @cached_property
    def modules(self) -> dict[Path, Module]:
        """By path, the files near the top first."""
        found = {}
        for path in python_files(self.directory):
            text = read_text(path)
            try:
                found[path] = Module(path, text, parse_source(text))
            except (SyntaxError, ValueError, RecursionError):
                continue
        return found

    @cached_property
    def files(self) -> list[Path]:
        """All files, in the order in which the tree was walked."""
        return list(project_files(self.directory))

    @cached_property
    def folders(self) -> list[Path]:
        """Every folder with a Python file below it, the top first."""
        found = {self.directory}
        for path in self.modules:
            found |= {one for one in path.parents if one.is_relative_to(self.directory)}
        return sorted(found, key=lambda path: (len(path.parts), str(path)))

    def shown(self, path: Path, line: int | None = None) -> str:
        """``file:line``, relative to the project's directory."""
        place = path.relative_to(self.directory).as_posix()
        return place if line is None else f"{place}:{line}"

    def find_module(self, name: str, root: Path) -> Module | None:
        """The module with this dotted name if imports start at ``root``."""
        path = root.joinpath(*name.split("."))
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file in self.modules:
                return self.modules[file]
        return None

    def resolve_import(self, module: Module, name: str, level: int, root: Path) -> Module | None:
        """The module that ``from ..name import`` in ``module`` refers to; None outside the
        project.
        """
        if not level:
            return self.find_module(name, root)
        folder = module.path.parent
        for _ in range(level - 1):
            folder = folder.parent
        if not name:
            return self.modules.get(folder / "__init__.py")
        return self.find_module(name, folder)

    def reachable_from(self, start: Iterable[Module], root: Path) -> list[Module]:
        """The modules that are imported, directly or indirectly, the nearest first."""
        queue, seen = deque(start), {}
        while queue:
            module = queue.popleft()
            if module.path in seen:
                continue
            seen[module.path] = module
            for name, level, item in module.imported():
                inner = f"{name}.{item}" if name else item
                for wanted in (name, inner):
                    found = self.resolve_import(module, wanted, level, root) if wanted else None
                    if found is not None:
                        queue.append(found)
        return list(seen.values())


def modules_below(project: Project, modules: Iterable[Module], start: Path) -> dict[str, str]:
    """Modules that are imported as if a folder below ``start`` were a root, with that folder."""
    names = {name.partition(".")[0] for module in modules for name, level, _ in module.imported()
             if name and not level}  # fmt: skip
    below = [one for one in project.folders if one != start and one.is_relative_to(start)]
    found: dict[str, str] = {}
    for name in sorted(names):
        if project.find_module(name, start) is None:
            places = (one for one in below if project.find_module(name, one) is not None)
            if (place := next(places, None)) is not None:
                found[name] = place.relative_to(start).as_posix()
    return found


def relative_place(path: Path, root: Path) -> str:
    """A path relative to ``root``, with ``..`` if needed."""
    ups = 0
    base = root
    while not path.is_relative_to(base):
        base, ups = base.parent, ups + 1
    return Path(*[".."] * ups, path.relative_to(base)).as_posix()
