"""A thing is found by its name: no module or class twice, and nothing of the old names is left."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOMS = ("harness/squall/", "faults/squall_faults/")

PUBLIC_FACES = {"errors", "faults", "gates", "testing"}
"""Modules of the public face repeat the name of what they export."""

VERBS = "harness/squall/cli/"
"""A verb is in the file of its name, whatever else has that name: ``squall run`` is in run.py."""

SAME_STEM = {
    "latency": "a fault, and the toxic of the same name that the engine runs",
    "bandwidth": "the same",
    "slicer": "the same",
    "slow_close": "the same",
    "limit_data": "the same",
    "pause": "a fault of the app, of its workers, of the database, and of Redis",
    "crash": "the same",
    "reset": "a fault of the network, and of requests to an upstream",
    "restart": "a fault of the database, and of Redis",
    "error_reply": "a fault on messages of PostgreSQL, and of Redis",
    "stall_reply": "the same",
    "terminate": "a fault of the app, and of its workers",
    "__main__": "what python -m runs",
}

SAME_CLASS = {
    "Pause": "a fault, and the engine's turn of that name",
}

OLD = {
    r"harness\.scenario\b": "squall.scenario",
    r"\bHeldLab\b": "SyncLab",
    r"\bStrangerOptions\b": "AppOptions",
    r"\bYard\b": "ContainerFactory",
    r"\bkeeper_main\b": "watchdog_main",
    r"\bReachedDatabase\b": "ObservedDatabase",
    r"\bOpenLab\b": "InteractiveLab",
    r"\bsquall cure\b": "squall explain",
    r"squall\[app\]": "squall[reference]",
    r"network\.(deaf|zombie|hang_up)\b": "network.accept_silence, half_open, accept_and_close",
    r"client\.stampede\b": "client.load_spike",
    r"\bharness\.(checkers|core|console|providers|cli)\b": "squall.…",
    r"\bapp_under_test\.(main|mutants|patterns)\b": "squall_reference, squall_mutants, …",
}
"""Old names, with what they are called now."""

NOT_ENGLISH = {
    r"(?<!here )\bis no (?!longer|such|more|less|other|later|sooner)[a-z]": "is not a …",
    r"\banew\b": "again; restarted",
    r"\bso many (?!of|that)[a-z]+ (?:are|do)\b": "this many; the share of …",
}
"""Phrases that readers stumbled over, with what is written instead."""

READ = ("harness", "faults", "app_under_test", "proof", "docs", "examples", "benchmarks")
TOP = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "Makefile", "pyproject.toml")
KINDS = {".py", ".md", ".toml", ".yml", ".yaml", ".j2", ".html"}


def modules(sources: dict[str, str]) -> dict[str, list[str]]:
    """Paths by stem."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sources:
        stem = Path(path).stem
        if path.startswith(ROOMS) and stem != "__init__" and not path.startswith(VERBS):
            found[stem].append(path)
    return found


def classes(sources: dict[str, str]) -> dict[str, list[str]]:
    """Paths by the name of a public class."""
    found: dict[str, list[str]] = defaultdict(list)
    for path, text in sources.items():
        if path.startswith(ROOMS):
            for node in ast.parse(text).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    found[node.name].append(path)
    return found


def twice(found: dict[str, list[str]], excused: set[str]) -> dict[str, list[str]]:
    """Those with more than one path."""
    return {
        name: sorted(paths)
        for name, paths in found.items()
        if len(paths) > 1 and name not in excused
    }


def texts(root: Path) -> Iterator[tuple[str, str]]:
    """Place and text of every file that a reader or the program reads."""
    files = [root / name for name in TOP]
    for folder in READ:
        files += sorted(file for file in (root / folder).rglob("*") if file.suffix in KINDS)
    for file in files:
        if file.is_file() and ".squall" not in file.parts:
            yield str(file.relative_to(root)), file.read_text("utf-8", errors="replace")


def test_no_two_modules_have_one_name(sources: dict[str, str]) -> None:
    assert twice(modules(sources), PUBLIC_FACES | set(SAME_STEM)) == {}


def test_no_two_classes_have_one_name(sources: dict[str, str]) -> None:
    assert twice(classes(sources), set(SAME_CLASS)) == {}


def test_an_excuse_that_is_no_longer_needed_goes(sources: dict[str, str]) -> None:
    assert set(SAME_STEM) - set(twice(modules(sources), set())) == set()
    assert set(SAME_CLASS) - set(twice(classes(sources), set())) == set()


@pytest.mark.parametrize("pattern", OLD)
def test_nothing_of_the_old_names_is_left(pattern: str, root: Path) -> None:
    found = [place for place, text in texts(root) if re.search(pattern, text)]
    assert found == [], f"it is called {OLD[pattern]} now"


@pytest.mark.parametrize("pattern", NOT_ENGLISH)
def test_sentences_are_english(pattern: str, root: Path) -> None:
    found = [place for place, text in texts(root) if re.search(pattern, text)]
    assert found == [], f"write: {NOT_ENGLISH[pattern]}"


def test_the_measure_sees_what_is_planted(root: Path) -> None:
    planted = {
        "harness/squall/a/plan.py": "class Plan: ...",
        "harness/squall/b/plan.py": "class Plan: ...",
    }
    assert set(twice(modules(planted), set())) == {"plan"}
    assert set(twice(classes(planted), {"Other"})) == {"Plan"}
    assert "README.md" in dict(texts(root))
