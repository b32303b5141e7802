"""Parse a source of a newer Python than Squall's own, as far as that can be.

def load[T: Base](kind: type[T]) -> T      3.12     read without the parameters of the type
type Names = list[str]                     3.12     as an assignment
except KeyError, ValueError:               3.14     with parentheses
f"{row["name"]}"                           3.12     its statement is left out

Numbers of lines stay as they are.
"""

from __future__ import annotations

import ast
import re

TYPE_PARAMETERS = re.compile(
    r"^(?P<start>[ \t]*(?:async[ \t]+def|def|class)[ \t]+\w+)\[(?:[^\[\]\n]|\[[^\[\]\n]*\])*\]",
    re.MULTILINE,
)
TYPE_STATEMENT = re.compile(r"^(?P<start>[ \t]*)type[ \t]+(?P<name>\w+)(?:\[[^\]\n]*\])?[ \t]*=",
                            re.MULTILINE)  # fmt: skip
BARE_EXCEPT = re.compile(
    r"^(?P<start>[ \t]*except\*?[ \t]+)(?P<names>[\w.]+(?:[ \t]*,[ \t]*[\w.]+)+)[ \t]*:",
    re.MULTILINE,
)
TEMPLATE = re.compile(r"\{\{\s*cookiecutter|\{%")
"""A template of a source is none."""

MOST_LEFT_OUT = 8
"""Number of statements that may be left out; a file with more is not Python, or much newer."""


def parse_source(text: str) -> ast.Module:
    """The tree of a source.

    Raises:
        SyntaxError, ValueError, RecursionError: it cannot be read.
    """
    try:
        return ast.parse(text)
    except SyntaxError:
        if TEMPLATE.search(text):
            raise
    older = TYPE_PARAMETERS.sub(r"\g<start>", text)
    older = TYPE_STATEMENT.sub(r"\g<start>\g<name> =", older)
    lines = BARE_EXCEPT.sub(r"\g<start>(\g<names>):", older).split("\n")
    for _ in range(MOST_LEFT_OUT):
        try:
            return ast.parse("\n".join(lines))
        except SyntaxError as error:
            _leave_out(lines, error)
    return ast.parse("\n".join(lines))


def _leave_out(lines: list[str], error: SyntaxError) -> None:
    """Put a statement without effect in the place of the line.

    Raises:
        SyntaxError: the line is not known, or was left out before.
    """
    number = (error.lineno or 0) - 1
    line = lines[number] if 0 <= number < len(lines) else ""
    indent = line[: len(line) - len(line.lstrip())]
    rest = f"{indent}if True:" if line.rstrip().endswith(":") else f"{indent}pass"
    if not line.strip() or line == rest:
        raise error
    lines[number] = rest
