"""YAML as a tree with line numbers, so that every problem of a file is reported with its place.

All problems are collected; reading does not stop at the first one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import yaml

from squall.core.suggestions import suggest_or_list
from squall.scenario.yaml_plain import PlainLoader, show

T = TypeVar("T")

MAX_PROBLEMS = 50
MAX_NAME = 100
"""Maximum length of a name that is compared with the known ones."""

MAX_NUMBER = 1e12


@dataclass(slots=True)
class YamlProblems:
    """The problems of one file, in order of its lines."""

    file: str
    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, node: yaml.Node, text: str) -> None:
        """Add a problem at the line where ``node`` starts."""
        self.add_line(node.start_mark.line + 1, text)

    def add_line(self, line: int, text: str) -> None:
        """Add a problem at a line, counted from 1."""
        self.found.append((line, text))

    def __str__(self) -> str:
        """One line for each problem: ``file:line: text``; if there are very many, the first
        ones.
        """
        lines = [f"{self.file}:{line}: {text}" for line, text in sorted(self.found)]
        more = [f"{self.file}: and {len(lines) - MAX_PROBLEMS} more problems"]
        return "\n".join(lines[:MAX_PROBLEMS] + more * (len(lines) > MAX_PROBLEMS))


class YamlReader:
    """Values of scalar nodes, as YAML 1.1 reads them; anything else is a problem."""

    def __init__(self, problems: YamlProblems) -> None:
        self._problems = problems
        self._loader = PlainLoader("")

    def value(self, node: yaml.Node) -> Any:  # noqa: ANN401 - whatever the file holds
        """The Python value of a node, with its children."""
        try:
            return self._loader.construct_object(node, deep=True)
        except (yaml.YAMLError, ValueError, OverflowError, TypeError) as error:
            words = getattr(error, "problem", None) or str(error)
            self._problems.add(node, f"is not a value that can be read: {show(words)}")
            return None

    def mapping(self, node: yaml.Node, what: str) -> dict[str, yaml.Node]:
        """Keys with their value nodes. Duplicate keys are a problem."""
        if not isinstance(node, yaml.MappingNode):
            self._problems.add(node, f"{what} must be a mapping of names to values")
            return {}
        entries: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._problems.add(key, f"{what} has a list or a mapping for a name")
                continue
            name = str(key.value)
            if name in entries:
                self._problems.add(key, f"{what} gives {show(name)} twice")
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
            self._problems.add(node, f"{what} must be text, got {show(value)}")
            return default
        return value

    def number(self, node: yaml.Node, what: str, default: float) -> float:
        """A finite number that is not negative."""
        value = self.value(node)
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not 0 <= value <= MAX_NUMBER:
            self._problems.add(node, f"{what} must be a number of at least 0, got {show(value)}")
            return default
        return float(value)

    def boolean(self, node: yaml.Node, what: str) -> bool:
        """True or false."""
        value = self.value(node)
        if not isinstance(value, bool):
            self._problems.add(node, f"{what} must be true or false, got {show(value)}")
        return value is True

    def known(self, node: yaml.Node, given: Iterable[str], known: Iterable[str], what: str) -> None:
        """Report unknown keys as problems, with the nearest known one as a hint."""
        names = sorted(known)
        pairs = node.value if _is_mapping(node) else ()
        keys = {str(key.value): key for key, _ in pairs if isinstance(key, yaml.ScalarNode)}
        for name in given:
            if name not in names:
                hint = suggest_or_list(name[:MAX_NAME], names)
                self._problems.add(keys.get(name, node), f"{what} has no {show(name)}; {hint}")


def _is_mapping(node: yaml.Node) -> bool:
    return isinstance(node, yaml.MappingNode)


def values_of(reader: YamlReader, entries: Mapping[str, yaml.Node]) -> dict[str, Any]:
    """Values of a mapping whose keys have been read."""
    return {name: reader.value(node) for name, node in entries.items()}
