"""The documents of this repository, cut into their blocks."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FENCE = re.compile(
    r"^(?P<indent> *)```(?P<kind>\w*)[^\n`]*\n(?P<text>.*?)^ *```$", re.DOTALL | re.MULTILINE
)
"""What follows the kind, such as ``title="main.py"``, is for the site."""
PROMPT = "$ "


@dataclass(frozen=True)
class Block:
    """A fenced block with its place."""

    kind: str
    text: str
    place: str


def documents() -> list[Path]:
    """Every Markdown file that is ours: tracked by git, or new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return sorted(ROOT / name for name in done.stdout.splitlines())


def blocks(*of: Path) -> Iterator[Block]:
    for document in of or documents():
        text = document.read_text("utf-8")
        for found in FENCE.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            place = f"{document.relative_to(ROOT)}:{line}"
            yield Block(found["kind"], found["text"].replace("\n" + found["indent"], "\n"), place)


def commands() -> Iterator[tuple[str, str]]:
    """Place and text of each line that a reader is told to type."""
    for block in blocks():
        if block.kind in ("console", "sh", "shell", "bash"):
            for line in block.text.splitlines():
                if line.startswith(PROMPT) or block.kind != "console":
                    told = line.removeprefix(PROMPT).split(" # ")[0]
                    told = told.replace(".venv/bin/", "")
                    yield from ((block.place, one.strip()) for one in re.split(r" · | && ", told))


@pytest.fixture
def fenced() -> Any:
    """``blocks``, for tests: they are not packages and cannot import it."""
    return lambda *of: list(blocks(*of))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test for each block, command or document."""
    names = metafunc.fixturenames
    if "block" in names:
        kinds = next(mark.args for mark in metafunc.definition.iter_markers("kinds"))
        found = [block for block in blocks() if block.kind in kinds]
        metafunc.parametrize("block", found, ids=[block.place for block in found])
    if "command" in names:
        typed = list(commands())
        ids = [f"{place} {text}" for place, text in typed]
        metafunc.parametrize("command", [text for _, text in typed], ids=ids)
    if "document" in names:
        all_of_them = documents()
        ids = [str(document.relative_to(ROOT)) for document in all_of_them]
        metafunc.parametrize("document", all_of_them, ids=ids)


def pytest_configure(config: pytest.Config) -> None:
    """The mark of the tests of blocks."""
    config.addinivalue_line("markers", "kinds(*names): kinds of fenced blocks")
