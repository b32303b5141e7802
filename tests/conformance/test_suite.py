"""The suite itself: nothing of Toxiproxy's is left out, every difference is told and tested."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conformance.differences import DIFFERENCES, Difference
from tests.conformance.meanings import API, COLLECTION, LINK, MEANINGS, NO_SERVER, PROXY

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "reference" / "engine-differences.md"
SOURCES = {path.name: path.read_text() for path in HERE.glob("test_*.py")}
TESTS = set(re.findall(r"^def (test_\w+)", "\n".join(SOURCES.values()), re.MULTILINE))


@pytest.mark.parametrize(("theirs", "ours"), MEANINGS.items())
def test_each_of_toxiproxys_tests_has_one_here(theirs: str, ours: str) -> None:
    assert ours in TESTS, theirs


def test_toxiproxys_files_are_whole() -> None:
    assert [len(part) for part in (API, PROXY, COLLECTION, LINK)] == [34, 11, 5, 8]
    theirs = {name for name in MEANINGS if name.startswith("Test")} | set(NO_SERVER)
    assert len(theirs) == 104  # 102, and the two of their examples


@pytest.mark.parametrize(("key", "row"), DIFFERENCES.items())
def test_each_difference_is_told(key: str, row: Difference) -> None:
    assert f"| {key} | {row.toxiproxy} | {row.embedded} | {row.why} |" in PAGE.read_text()


def test_nothing_else_is_told() -> None:
    table = PAGE.read_text().partition("|---")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([a-z0-9-]+) \| ", table, re.MULTILINE)
    assert rows == list(DIFFERENCES)


@pytest.mark.parametrize("key", DIFFERENCES)
def test_each_difference_is_asserted_on_both_engines(key: str) -> None:
    asserted = rf'differs\(\s*"{key}",\s*embedded=[^)]*toxiproxy='
    assert any(re.search(asserted, source) for source in SOURCES.values())
