"""Mutations of text and of JSON, from a seed: what a careless or a hostile author could write."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest

ODD_WORDS = [
    "&a", "*a", "!!python/object:os.system", "!x", "<<: {}", "? [1, 2]", "2020-99-99", "1e9999",
    ".inf", ".nan", "9" * 5000, "0x" + "f" * 300, "1:99:99", "=", "~", "{", "}", "[", "]", "- -",
    "\t", "\0", "\x1b[31m", "\N{LINE SEPARATOR}", "'", '"', "|", ">", "%YAML 9.9", "---", "...",
    "off", "yes", "-1", "{int:5..1}", "{key}", "network.latency", "a" * 3000, "[" * 200,
    "{a: " * 200, "gates", "limits", "p95 during <= 1e400 ms", "#", ":", ", ",
]  # fmt: skip

ODD_VALUES: list[Any] = [
    None, True, False, 0, -1, 1e308, 10**30, "", "x", "\x00", "\x1b[2J", "a" * 5000, [], {}, [[]],
    {"$ref": "#/nowhere"}, {"$ref": "http://127.0.0.2:1/x"}, {"$ref": 7}, {"$ref": "#/paths"},
    {"type": ["null", 3]}, {"type": "integer", "minimum": "x"}, {"anyOf": 3}, {"anyOf": [3]},
    {"enum": 7}, {"type": "string", "pattern": "(a+)+$"}, {"": {"": {}}}, [None, 1, "x", {}],
    {"in": 3}, [3],
]  # fmt: skip


SCHEMA_KEYS = [
    "minimum", "maximum", "exclusiveMinimum", "enum", "default", "const", "type", "anyOf",
    "example", "examples", "$ref", "in", "name", "required", "schema", "parameters", "content",
    "servers",
]  # fmt: skip


def mutated_text(text: str, draws: random.Random) -> str:
    """A few lines doubled, cut, moved or replaced, a few odd words put in."""
    lines = text.split("\n")
    for _ in range(draws.randint(1, 4)):
        at = draws.randrange(len(lines))
        kind = draws.randrange(6)
        if kind == 0:
            lines.insert(at, lines[draws.randrange(len(lines))])
        elif kind == 1:
            del lines[at : at + draws.randint(1, 2)]
        elif kind == 2:
            place = draws.randint(0, len(lines[at]))
            lines[at] = lines[at][:place] + draws.choice(ODD_WORDS) + lines[at][place:]
        elif kind == 3:
            head, colon, _ = lines[at].partition(":")
            lines[at] = head + colon + " " + draws.choice(ODD_WORDS)
        elif kind == 4:
            lines[at] = " " * draws.randint(0, 9) + lines[at].strip()
        else:
            lines[at] = lines[at][: draws.randint(0, len(lines[at]))]
        lines = lines or [""]
    return "\n".join(lines)


def mutated_json(value: Any, draws: random.Random) -> Any:
    """A few nodes replaced, removed or renamed."""
    root = [copy.deepcopy(value)]
    for _ in range(draws.randint(1, 3)):
        places: list[tuple[Any, Any]] = []
        todo: list[Any] = [root]
        while todo:
            node = todo.pop()
            pairs = node.items() if isinstance(node, dict) else enumerate(node)
            for key, child in pairs:
                places.append((node, key))
                if isinstance(child, (dict, list)):
                    todo.append(child)
        node, key = draws.choice(places)
        kind = draws.randrange(4)
        if kind == 3 and isinstance(node, dict):
            node[draws.choice(SCHEMA_KEYS)] = copy.deepcopy(draws.choice(ODD_VALUES))
        elif kind == 0 or node is root:
            node[key] = copy.deepcopy(draws.choice(ODD_VALUES))
        elif kind == 1 and isinstance(node, dict):
            del node[key]
        elif isinstance(node, dict):
            node[str(draws.choice(ODD_VALUES))[:50]] = node.pop(key)
    return root[0]


INPUTS = {
    "test_very_many_mutated_files": (10, 1_200),
    "test_very_many_mutated_documents": (6, 1_000),
    "test_very_many_mutated_tables": (2, 1_000),
    "test_very_many_mutated_run_directories": (2, 800),
    "test_very_many_odd_options": (1, 2_000),
}
"""The proofs: how many seeds, and how many inputs of each."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each seed of a proof."""
    if "seed" in metafunc.fixturenames:
        seeds, _ = INPUTS[metafunc.function.__name__]
        metafunc.parametrize("seed", range(1, seeds + 1))


@pytest.fixture
def count(request: pytest.FixtureRequest) -> int:
    """How many inputs a proof tries of one seed."""
    return INPUTS[request.node.originalname][1]


@pytest.fixture
def inputs() -> dict[str, int]:
    """How many inputs each proof tries in all."""
    return {name: seeds * each for name, (seeds, each) in INPUTS.items()}


@pytest.fixture
def mutations() -> Any:
    """The functions above, for tests: they are not packages and cannot import them."""

    class Mutations:
        text = staticmethod(mutated_text)
        json = staticmethod(mutated_json)

    return Mutations
