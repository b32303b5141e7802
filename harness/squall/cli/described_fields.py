"""Fields of a frozen dataclass for the terminal: type, choices, default and meaning."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import itertools
import textwrap
import types
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin, get_type_hints


def describe_fields(kind: type) -> Iterator[str]:
    """One line per field, ``latency_ms: a number, required``, and its docstring below."""
    hints, texts = get_type_hints(kind), attribute_docstrings(kind)
    for field in dataclasses.fields(kind):
        required = (
            field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        )
        default = "required" if required else f"default {_shown(field.default)}"
        yield f"    {field.name}: {kind_of(hints[field.name])}, {default}"
        for line in textwrap.wrap(texts.get(field.name, ""), 88):
            yield f"        {line}"


def kind_of(hint: Any) -> str:  # noqa: ANN401 - a type hint
    """The type as text: ``a number``, or the choices."""
    if get_origin(hint) is Literal:
        return " or ".join(str(choice) for choice in get_args(hint))
    if isinstance(hint, types.UnionType):
        return " or ".join(kind_of(part) for part in get_args(hint))
    words = {int: "a whole number", float: "a number", bool: "true or false", str: "a text",
             type(None): "null"}  # fmt: skip
    return words.get(hint, str(getattr(hint, "__name__", hint)))


def attribute_docstrings(kind: type) -> dict[str, str]:
    """The docstrings below the fields in the source, those of base classes included."""
    texts: dict[str, str] = {}
    for base in reversed(kind.__mro__[:-1]):
        try:
            (tree,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
        except (OSError, TypeError, ValueError):
            continue
        body = tree.body if isinstance(tree, ast.ClassDef) else []
        for before, after in itertools.pairwise(body):
            match before, after:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(
                    value=ast.Constant(value=str(text))
                ):
                    texts[name] = " ".join(text.replace("``", "").split())
    return texts


def _shown(default: object) -> str:
    if default is dataclasses.MISSING or default == "":
        return "empty"
    if default is None or isinstance(default, bool):
        return "null" if default is None else str(default).lower()
    return str(default)
