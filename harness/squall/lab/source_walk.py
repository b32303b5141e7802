"""Walks over a syntax tree for ``suspects``: functions, what is in them, and what is around it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Function = ast.FunctionDef | ast.AsyncFunctionDef
STARTS = re.compile(r"^_*(lifespan|startup|on_startup|create_app|make_app|main|init_\w+|seed\w*)$")
NESTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


@dataclass(frozen=True, slots=True)
class Found:
    """A place in a function, and what is wrong with it."""

    line: int
    function: str
    what: str


def functions_of(tree: ast.AST) -> Iterator[Function]:
    """All functions, also nested ones and methods, but those that only start the app."""
    for node in ast.walk(tree):
        if isinstance(node, Function) and not STARTS.search(node.name):
            yield node


def walk(node: ast.AST, above: Sequence[ast.AST] = ()) -> Iterator[tuple[ast.AST, list[ast.AST]]]:
    """What is in a function and in none inside it, each with all that it is a part of."""
    around = [*above, node]
    for child in ast.iter_child_nodes(node):
        yield child, around
        if not isinstance(child, NESTED):
            yield from walk(child, around)


def called(node: ast.AST) -> str:
    """``acquire`` for ``await pool.acquire()`` and for ``acquire()``; empty if it is not a call."""
    if isinstance(node, ast.Await):
        node = node.value
    if not isinstance(node, ast.Call):
        return ""
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def calls(nodes: Sequence[ast.AST], names: frozenset[str]) -> bool:
    """Whether one of these names is called anywhere below these nodes."""
    return any(called(one) in names for node in nodes for one in ast.walk(node))


def shown(node: ast.AST, letters: int = 60) -> str:
    """The source of a node on one line."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= letters else f"{text[: letters - 1]}…"
