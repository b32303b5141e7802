"""The public face is a list: what it promises is there, and costs nothing until it is used."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import faults
import harness

HEAVY = ("aiohttp", "asyncpg", "yaml", "requests", "toxiproxy", "rich", "sqlalchemy", "fastapi")


def loaded_by(statement: str) -> set[str]:
    """Names of the modules that a fresh interpreter has loaded after ``statement``."""
    program = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30
    )
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("package", [harness, faults], ids=lambda package: package.__name__)
def test_every_promised_name_is_there_once(package: object) -> None:
    names: list[str] = getattr(package, "__all__", [])
    assert len(names) == len(set(names)) > 0
    for name in names:
        assert getattr(package, name) is not None


def test_the_lists_of_the_lazy_names_agree(root: Path) -> None:
    """The list, the homes and the imports for type checkers are three copies of one fact."""
    tree = ast.parse((root / "harness/__init__.py").read_text("utf-8"))
    for_types = {
        (alias.name, f"{node.module}")
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert for_types == {(name, f"harness.{home}") for name, home in harness._HOMES.items()}
    assert {name for name, _ in for_types} == set(harness.__all__)


def test_a_name_that_is_not_promised_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'harness' has no attribute 'nothing'"):
        _ = harness.nothing


@pytest.mark.parametrize("module", ["harness", "harness.pytest_plugin", "faults"])
def test_importing_costs_no_heavy_library(module: str) -> None:
    loaded = loaded_by(f"import {module}")
    assert loaded.isdisjoint(HEAVY)


def test_the_harness_imports_nothing_of_itself_until_a_name_is_used() -> None:
    def own(loaded: set[str]) -> set[str]:
        return {name for name in loaded if name.startswith("harness.")}

    assert own(loaded_by("import harness")) == set()
    assert "harness.core.errors" in own(loaded_by("import harness; harness.UsageError"))


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    loaded = loaded_by("import harness.cli.main")
    assert loaded.isdisjoint({"aiohttp", "rich", "sqlalchemy", "fastapi"})
