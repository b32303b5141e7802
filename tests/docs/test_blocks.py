"""Blocks of the documents are complete: their names exist, and what they show is loaded or run."""

from __future__ import annotations

import ast
import importlib
import itertools
import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import pytest
import yaml
from squall import REFERENCE, LabOptions, SyncLab, stock
from squall.cli.main import squall
from squall.config.pyproject import load_profile
from squall.interactive.parse_fault import parse_fault
from squall.reports import remedies_page
from squall.scenario.yaml_loader import loads

ROOT = Path(__file__).parents[2]
CHECKED = {"console", "sh", "python", "toml", "yaml", "json", "text"}
SHOWN = "text"
"""Pictures and output: nothing that a reader types or copies."""

SCENARIOS = {one.name for one in stock()} | {tag for one in stock() for tag in one.tags}
HEAD = "squall: 1\nname: x\nstory: y\n"
TABLE = '[tool.squall]\napp = "main:app"\n'


def test_every_block_is_of_a_kind_that_a_test_looks_at(document: Path, fenced: Any) -> None:
    text = document.read_text("utf-8")
    kinds = [block.kind for block in fenced(document)]
    assert set(kinds) <= CHECKED
    fences = len(re.findall(r"^ *```", text, re.MULTILINE))
    assert fences == 2 * len(kinds), "a fence that no test reads"


@pytest.mark.kinds(SHOWN)
def test_what_is_only_shown_is_no_command(block: Any) -> None:
    first = block.text.lstrip().split(" ")[0]
    assert first not in {"$", "python", "python3", "pip", "pipx", "pytest", "make"}
    assert first != "squall" or "⇥" in block.text


def chosen(words: list[str], *options: str) -> Iterator[str]:
    """The values of these options."""
    for option, value in itertools.pairwise(words):
        if option in options:
            yield from value.split(",")


def test_what_a_command_names_is_there(command: str) -> None:
    words = shlex.split(command)
    if words[:1] == ["pytest"]:
        assert set(chosen(words, "--squall-only", "--squall-skip")) <= SCENARIOS
    if words[:1] != ["squall"]:
        return
    if words[1] in ("check", "compare", "demo"):
        assert set(chosen(words, "--only", "--skip")) <= SCENARIOS
    elif words[1] == "inject":
        context = click.Context(squall.get_command(click.Context(squall), "inject"))  # type: ignore[arg-type] # it is there
        given = context.command.parse_args(context, words[2:])
        assert given == []
        assert parse_fault(context.params["fault"], context.params["attributes"]) is not None
    elif words[1] == "export":
        assert words[2] in SCENARIOS
    elif words[1] == "explain" and len(words) > 2:
        assert remedies_page.section(words[2])


@pytest.mark.kinds("python")
def test_what_python_imports_is_there(block: Any) -> None:
    for node in ast.walk(ast.parse(block.text)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                importlib.import_module(alias.name)
        elif isinstance(node, ast.ImportFrom):
            module = importlib.import_module(node.module or "")
            for alias in node.names:
                if not hasattr(module, alias.name):
                    importlib.import_module(f"{node.module}.{alias.name}")


@pytest.mark.kinds("python")
def test_outages_and_faults_that_python_names_are_there(block: Any) -> None:
    for node in ast.walk(ast.parse(block.text)):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="run" | "outage"), args=[ast.Constant(value=str(name))]
            ):
                assert name in SCENARIOS
            case ast.Call(
                func=ast.Attribute(attr="inject"), args=[ast.Constant(value=fault)], keywords=given
            ):
                words = [f"{one.arg}={ast.literal_eval(one.value)}" for one in given]
                assert parse_fault(str(fault), words) is not None


@pytest.mark.kinds("python")
def test_what_needs_no_lab_is_run(block: Any) -> None:
    """A block that only makes values, and checks them."""
    alone = re.match(r"(?:from|import) squall", block.text) and "Lab" not in block.text
    if alone and "def " not in block.text:
        exec(compile(block.text, block.place, "exec"), {})  # noqa: S102 - our own document


@pytest.mark.proof
@pytest.mark.timeout(300)
@pytest.mark.kinds("python")
def test_what_needs_a_lab_is_run(block: Any, tmp_path: Path) -> None:
    """The blocks that bring their own app, which is the reference app."""
    if "REFERENCE" not in block.text:
        pytest.skip("a part of the reader's own program")
    file = tmp_path / "test_block.py"
    file.write_text(block.text)
    command = [sys.executable, *(["-m", "pytest", "-q"] if "def test_" in block.text else [])]
    done = subprocess.run(
        [*command, file], cwd=tmp_path, capture_output=True, text=True, timeout=250, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.proof
@pytest.mark.timeout(300)
def test_the_driver_does_what_its_page_says(fenced: Any, tmp_path: Path) -> None:
    program, expected = (
        one for one in fenced(ROOT / "docs/explanation/driver-faults.md")
        if "asyncio.run(" in one.text or one.text.startswith("0 42601")
    )  # fmt: skip
    (tmp_path / "shows.py").write_text(program.text)
    held = SyncLab(LabOptions(profile=REFERENCE))
    try:
        at = urlsplit(held.lab.app_database_url)
        rest = f"{at.username}:{at.password}@{{0}}:{{1}}{at.path}"
        done = subprocess.run(
            [sys.executable, tmp_path / "shows.py", str(at.hostname), str(at.port), rest],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    finally:
        held.close()
    assert done.stdout == expected.text, done.stderr


@pytest.mark.kinds("toml")
def test_each_part_of_the_table_is_known(block: Any, tmp_path: Path) -> None:
    if "squall" in tomllib.loads(block.text).get("tool", {}):
        whole = block.text if re.search(r"^app =", block.text, re.MULTILINE) else None
        if whole is None and "[tool.squall]" in block.text:
            whole = block.text.replace("[tool.squall]\n", TABLE)
        (tmp_path / "pyproject.toml").write_text(whole or TABLE + block.text)
        (tmp_path / "payments.json").write_text(json.dumps({"openapi": "3.1.0", "paths": {}}))
        assert load_profile(tmp_path) is not None


@pytest.mark.kinds("yaml")
def test_each_part_of_a_scenario_is_loaded(block: Any) -> None:
    data = yaml.safe_load(block.text)
    step = "steps:\n  - {at_seconds: 0, fault: app.crash, lasting_seconds: 0.3}\n"
    if isinstance(data, list) and "fault" in data[0]:
        assert loads(HEAD + "steps:\n" + block.text, file=block.place).steps
    elif "squall" in data:
        assert loads(block.text, file=block.place).steps
    elif set(data) <= {"gates", "load", "before_seconds", "after_seconds"}:
        assert loads(HEAD + step + block.text, file=block.place).steps


def said_by_squall() -> str:
    """The sources, with the parts of a message joined."""
    files = sorted((ROOT / "harness").rglob("*.py"))
    text = "\n".join(file.read_text("utf-8") for file in files)
    return re.sub(r"\{[^{}]*\}", "…", re.sub(r'"\s*\n\s*f?"', "", text))


@pytest.mark.parametrize("page", ["troubleshooting.md", "your-own-app.md"])
def test_messages_that_a_page_explains_are_said(page: str) -> None:
    """A reader searches the page for what stands on the screen."""
    text, said = (ROOT / "docs/how-to" / page).read_text("utf-8"), said_by_squall()
    head = r"\| (?:message|reason) \| .*\n\|[-|]+\n"
    rows = [row for found in re.finditer(rf"{head}((?:\|.*\n)+)", text)
            for row in found[1].splitlines()]  # fmt: skip
    assert len(rows) > 5
    for row in rows:
        quoted = re.findall(r"`([^`]+)`", row.split("|")[1])
        parts = [re.split(r"\d+:? |'\w+'|: \d.*|: KeyError.*|…", words) for words in quoted]
        missing = [part for words in parts for part in words if part.strip() not in said]
        assert missing == [], row


def test_the_readers_of_blocks_find_them(fenced: Any) -> None:
    """Else every test above could be green about nothing."""
    found = Counter(block.kind for block in fenced())
    assert found["console"] >= 40
    assert found["python"] >= 40
    tutorial = fenced(ROOT / "docs/tutorial/first-verdict.md")
    assert "create_async_engine" in tutorial[1].text
