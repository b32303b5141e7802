"""YAML as a tree that remembers its lines, so that every problem of a file is told with its place.

All problems are collected; nothing stops at the first.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import yaml

T = TypeVar("T")


@dataclass(slots=True)
class Problems:
    """What is wrong with one file, in order of its lines."""

    file: str
    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, node: yaml.Node, text: str) -> None:
        """Note a problem at the line where ``node`` starts."""
        self.add_line(node.start_mark.line + 1, text)

    def add_line(self, line: int, text: str) -> None:
        """Note a problem at a line, counted from 1."""
        self.found.append((line, text))

    def __str__(self) -> str:
        """One line for each problem: ``file:line: text``."""
        return "\n".join(f"{self.file}:{line}: {text}" for line, text in sorted(self.found))


class Plain:
    """Values of scalar nodes, as YAML 1.1 reads them; anything else is a problem."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._loader = yaml.SafeLoader("")

    def value(self, node: yaml.Node) -> Any:  # noqa: ANN401 - whatever the file holds
        """The Python value of a node, with its children."""
        return self._loader.construct_object(node, deep=True)

    def mapping(self, node: yaml.Node, what: str) -> dict[str, yaml.Node]:
        """Keys with their value nodes; keys given twice are a problem."""
        if not isinstance(node, yaml.MappingNode):
            self._problems.add(node, f"{what} must be a mapping of names to values")
            return {}
        entries: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in entries:
                self._problems.add(key, f"{what} gives {name!r} twice")
            entries[name] = value
        return entries

    def items(self, node: yaml.Node, what: str) -> list[yaml.Node]:
        """The nodes of a list."""
        if not isinstance(node, yaml.SequenceNode):
            self._problems.add(node, f"{what} must be a list")
            return []
        return list(node.value)

    def text(self, node: yaml.Node, what: str, default: str) -> str:
        """A string."""
        value = self.value(node)
        if not isinstance(value, str) or not value.strip():
            self._problems.add(node, f"{what} must be text, got {value!r}")
            return default
        return value

    def number(self, node: yaml.Node, what: str, default: float) -> float:
        """A finite number that is not negative."""
        value = self.value(node)
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not 0 <= value < float("inf"):
            self._problems.add(node, f"{what} must be a number of at least 0, got {value!r}")
            return default
        return float(value)

    def truth(self, node: yaml.Node, what: str) -> bool:
        """True or false."""
        value = self.value(node)
        if not isinstance(value, bool):
            self._problems.add(node, f"{what} must be true or false, got {value!r}")
        return value is True

    def known(self, node: yaml.Node, given: Iterable[str], known: Iterable[str], what: str) -> None:
        """Unknown keys are a problem, with the nearest known one as a hint."""
        names = sorted(known)
        keys = {str(key.value): key for key, _ in node.value} if _is_mapping(node) else {}
        for name in given:
            if name not in names:
                near = difflib.get_close_matches(name, names, n=1)
                hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(names)}"
                self._problems.add(keys.get(name, node), f"{what} has no {name!r}; {hint}")


def _is_mapping(node: yaml.Node) -> bool:
    return isinstance(node, yaml.MappingNode)


def plain_dict(reader: Plain, entries: Mapping[str, yaml.Node]) -> dict[str, Any]:
    """Values of a mapping whose keys have been read."""
    return {name: reader.value(node) for name, node in entries.items()}
