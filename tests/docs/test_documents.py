"""What the documents tell a reader to type or to write is understood by the real thing."""

from __future__ import annotations

import ast
import json
import re
import shlex
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from squall.cli.main import squall
from squall.config.pyproject import load_profile
from squall.pytest import plugin

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)\)")
INLINE = re.compile(r"(?<!`)`(squall [^`]+)`(?!`)")
ENVIRONMENT = re.compile(r"^(?:[A-Z_]+=\S+ )+")
PLACEHOLDERS = re.compile(r"[…\[\]|]")
"""A line with one of these shows a form, not a command."""


def parsed(line: str) -> None:
    """Parse a ``squall`` command as the program does; nothing is run."""
    words = shlex.split(line)
    assert words.pop(0) == "squall"
    context = click.Context(squall, info_name="squall")
    name, command, rest = squall.resolve_command(context, words)
    assert command is not None
    with suppress(click.exceptions.Exit):  # --help and the like
        command.make_context(name, rest, parent=context)


def test_commands_are_understood(command: str) -> None:
    line = ENVIRONMENT.sub("", command)
    program = line.split(" ")[0]
    if program == "squall":
        parsed(line.replace("…", "x"))
    elif program == "make":
        known = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert next(word for word in line.split()[1:] if "=" not in word) in known
    elif program == "pytest":
        options = {f"--squall-{name}" for name in plugin.OPTIONS}
        assert {word for word in line.split() if word.startswith("--squall-")} <= options


def test_commands_in_sentences_are_understood(document: Path) -> None:
    for line in INLINE.findall(document.read_text("utf-8")):
        one = " ".join(line.split())
        if len(one.split()) == 2:  # the verb is spoken of
            assert one.split()[1] in {
                *squall.list_commands(click.Context(squall)),
                "--version",
                "--help",
            }
        elif not PLACEHOLDERS.search(one):
            parsed(one)


@pytest.mark.kinds("python", "py")
def test_python_is_python(block: Any) -> None:
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    compile(block.text, block.place, "exec", flags=flags)


@pytest.mark.kinds("toml")
def test_toml_is_toml_and_its_table_is_known(block: Any, tmp_path: Path) -> None:
    table = tomllib.loads(block.text)
    if "app" in table.get("tool", {}).get("squall", {}):
        (tmp_path / "pyproject.toml").write_text(block.text)
        assert load_profile(tmp_path) is not None


@pytest.mark.kinds("yaml", "yml", "json")
def test_data_can_be_read(block: Any) -> None:
    read = json.loads if block.kind == "json" else yaml.safe_load
    assert read(block.text) is not None


def anchors(text: str) -> set[str]:
    """Anchors of headings as GitHub makes them, and explicit ones."""
    headings = re.findall(r"^#+ +(.+)$", text, re.MULTILINE)
    made = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return made | set(re.findall(r'<a (?:id|name)="([^"]+)"', text))


def test_links_lead_somewhere(document: Path) -> None:
    for target in LINK.findall(document.read_text("utf-8")):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, anchor = target.partition("#")
        place = (document.parent / path).resolve() if path else document
        assert place.exists(), target
        if anchor and place.suffix == ".md":
            assert anchor in anchors(place.read_text("utf-8")), target


def test_every_option_of_pytest_is_explained() -> None:
    text = (ROOT / "docs/reference/pytest.md").read_text()
    told = re.findall(r"^\| `--squall-(\w+)` \|", text, re.MULTILINE)
    assert told == list(plugin.OPTIONS)
