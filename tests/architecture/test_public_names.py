"""The public face is a list: what it promises is there, and costs nothing until it is used."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import squall
import squall_faults as faults

HEAVY = ("aiohttp", "asyncpg", "yaml", "requests", "toxiproxy", "rich", "sqlalchemy", "fastapi")


def loaded_by(statement: str) -> set[str]:
    """Names of the modules that a fresh interpreter has loaded after ``statement``."""
    program = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30
    )
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("package", [squall, faults], ids=lambda package: package.__name__)
def test_every_promised_name_is_there_once(package: object) -> None:
    names: list[str] = getattr(package, "__all__", [])
    assert len(names) == len(set(names)) > 0
    for name in names:
        assert getattr(package, name) is not None


def test_the_lists_of_the_lazy_names_agree(root: Path) -> None:
    """The list, the homes and the imports for type gates are three copies of one fact."""
    tree = ast.parse((root / "harness/squall/__init__.py").read_text("utf-8"))
    for_types = {
        (alias.name, f"{node.module}")
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    homes = {(name, f"squall.{home}") for name, home in squall._HOMES.items()}
    modules = {(name, "squall") for name in squall._MODULES}
    assert for_types == homes | modules
    assert {name for name, _ in for_types} | {"__version__"} == set(squall.__all__)


PUBLIC_MODULES = {"squall", "squall.errors", "squall.faults", "squall.gates", "squall.testing"}


def test_the_page_of_the_python_reference_lists_each_public_name(root: Path) -> None:
    """A table for each module, one row a name: ``| `name` | what it is |``."""
    text = (root / "docs/reference/python.md").read_text("utf-8")
    sections = re.split(r"^## `(squall[\w.]*)`$", text, flags=re.MULTILINE)[1:]
    listed = {
        module: re.findall(r"^\| `(\w+)` \|", body, re.MULTILINE)
        for module, body in zip(sections[::2], sections[1::2], strict=True)
    }
    for module in PUBLIC_MODULES:
        names = getattr(import_module(module), "__all__", [])
        assert sorted(listed.get(module, [])) == sorted(names), (
            f"docs/reference/python.md: {module}"
        )


def test_a_name_that_is_not_promised_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'squall' has no attribute 'nothing'"):
        _ = squall.nothing


@pytest.mark.parametrize("module", ["squall", "squall.pytest.plugin", "squall_faults"])
def test_importing_costs_no_heavy_library(module: str) -> None:
    loaded = loaded_by(f"import {module}")
    assert loaded.isdisjoint(HEAVY)


def test_the_harness_imports_nothing_of_itself_until_a_name_is_used() -> None:
    def own(loaded: set[str]) -> set[str]:
        return {name for name in loaded if name.startswith("squall.")}

    assert own(loaded_by("import squall")) == set()
    assert "squall.core.errors" in own(loaded_by("import squall; squall.UsageError"))


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    loaded = loaded_by("import squall.cli.main")
    assert loaded.isdisjoint({"aiohttp", "rich", "sqlalchemy", "fastapi"})
