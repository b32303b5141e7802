"""Tables that nothing in the project creates, but whose models it has: Alembic's whole folder is
often kept out of version control.

class Base(DeclarativeBase)  ─▶  Base.metadata.create_all, once the app has imported its models
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from squall.config.init.find_app import dotted_name
from squall.config.init.project import Module, Project

MAKERS = ("declarative_base",)
CLASSES = ("DeclarativeBase", "DeclarativeBaseNoMeta")
TABLES = re.compile(r"__tablename__|\btable\s*=\s*True|mapped_column|\bColumn\(")

NO_CREATOR = "nothing that creates the tables came with the project: its models do"
CREATE = (
    'python -c "import os, sys; sys.path.insert(0, os.getcwd()); import sqlalchemy, {app};'
    " from importlib.util import find_spec as has; from {module} import {name} as base;"
    " sync = next((one for one in ('psycopg2', 'psycopg') if has(one)), '');"
    " sync and base.metadata.create_all(sqlalchemy.create_engine(f'postgresql+{{sync}}://'));"
    " sync or exec('import asyncio\\nfrom sqlalchemy.ext.asyncio import create_async_engine as make"
    "\\nasync def go():\\n async with make(place).begin() as c:"
    "\\n  await c.run_sync(base.metadata.create_all)\\nasyncio.run(go())',"
    " dict(base=base, place='postgresql+asyncpg://'))\""
)
"""Drivers take PGHOST and the like, which the lab sets, where an address has no host."""


def find_models(project: Project, app: str, root: Path, source: str) -> tuple[str, str] | None:
    """The command and the place of the base; None without one, or without a table.

    ``app`` is the module of the app, which imports the models; ``source`` is all that it imports.
    """
    if not app or not TABLES.search(source):
        return None
    for module in project.modules.values():
        if module.path.is_relative_to(root) and module.text in source:
            for name, line in _bases(module):
                command = CREATE.format(app=app, module=dotted_name(module.path, root), name=name)
                return command, project.shown(module.path, line)
    return None


def _bases(module: Module) -> Iterator[tuple[str, int]]:
    """The name of a declarative base, and its line."""
    for node in module.tree.body:
        if isinstance(node, ast.ClassDef) and any(_last(base) in CLASSES for base in node.bases):
            yield node.name, node.lineno
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=called)):
                if _last(called) in MAKERS:
                    yield name, node.lineno
        if isinstance(node, ast.ClassDef) and any(
            one.arg == "table" and _last(base) == "SQLModel" for one in node.keywords
            for base in node.bases
        ):  # fmt: skip
            yield node.name, node.lineno


def _last(node: ast.expr) -> str:
    return ast.unparse(node).rsplit(".", 1)[-1]
