"""One concept, one file, one word: each fault has its file, class, key, test file and entry."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest
import squall_faults as faults
import yaml
from squall import loads
from squall_faults.catalogue import Entry

every_fault = pytest.mark.parametrize("entry", faults.entries(), ids=lambda entry: entry.key)

HELPERS = {
    "faults/squall_faults/database/sql.py",
    "faults/squall_faults/network/on_connections.py",
    "faults/squall_faults/network/toxic.py",
    "faults/squall_faults/redis/error_codes.py",
    "faults/squall_faults/upstream/on_requests.py",
    "faults/squall_faults/wire/validate_sql.py",
    "faults/squall_faults/worker/hold.py",
}
"""Files beside the faults that hold what several of them share."""

SHARED_TESTS = {"database": "test_table_locks.py", "network": "test_plain_toxics.py"}
"""Test files of several faults that differ in their figures alone."""

FAMILIES = ("app", "client", "database", "network", "redis", "upstream", "wire", "worker")

ROW = re.compile(
    r"^\| `(?P<name>\w+)` \| (?P<unit>[^|]+) \| (?P<default>[^|]+) \| [^|]+ \|$", re.MULTILINE
)


def camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


@pytest.fixture(scope="module")
def page(root: Path) -> dict[str, str]:
    """The text of each entry of the reference, by its heading."""
    text = (root / "docs/reference/faults.md").read_text("utf-8")
    _, *parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


@every_fault
def test_a_fault_has_a_file_a_class_and_a_test_file_of_its_name(entry: Entry, root: Path) -> None:
    family, _, name = entry.key.partition(".")
    assert entry.fault.__module__ == f"squall_faults.{family}.{name}"
    assert entry.fault.__name__ in {camel(name), camel(f"{family}_{name}")}
    assert entry.fault.__name__ in faults.__all__
    tests = root / "tests/unit/squall_faults" / family
    own = (tests / f"test_{name}.py").is_file()
    shared = tests / SHARED_TESTS.get(family, f"test_{name}.py")
    named = re.compile(rf"\b{entry.fault.__name__}\b")
    assert own or named.search(shared.read_text("utf-8")), f"{entry.key} has no test file"


@pytest.mark.parametrize("family", FAMILIES)
def test_a_file_beside_the_faults_is_a_fault_or_a_known_helper(family: str, root: Path) -> None:
    files = {
        f"faults/squall_faults/{family}/{file.name}"
        for file in (root / "faults/squall_faults" / family).glob("[!_]*.py")
    }
    keys = {entry.key for entry in faults.entries()}
    expected = {
        f"faults/squall_faults/{key.replace('.', '/')}.py"
        for key in keys
        if key.startswith(f"{family}.")
    }
    assert files - HELPERS == expected


def test_the_reference_has_an_entry_for_each_fault_in_order(page: dict[str, str]) -> None:
    assert list(page) == [entry.key for entry in faults.entries()]


@every_fault
def test_an_entry_lists_each_attribute_with_its_default(entry: Entry, page: dict[str, str]) -> None:
    listed = {row["name"]: row["default"].strip() for row in ROW.finditer(page[entry.key])}
    expected = {field.name: default_of(field) for field in entry.fields()}
    assert listed == expected
    assert ("It has no attributes." in page[entry.key]) is (not expected)


def default_of(field: dataclasses.Field[Any]) -> str:
    if field.default is dataclasses.MISSING:
        return "required"
    return "empty" if field.default == "" else f"`{field.default}`"


@every_fault
def test_an_entry_says_what_the_client_sees_and_what_the_bite_is(
    entry: Entry, page: dict[str, str]
) -> None:
    assert "**What the client sees.**" in page[entry.key]
    assert "**Bite:**" in page[entry.key]


@every_fault
def test_the_example_of_an_entry_runs(entry: Entry, page: dict[str, str]) -> None:
    example = re.findall(r"```yaml\n(.+?)```", page[entry.key], re.DOTALL)
    assert len(example) == 1
    steps = yaml.safe_load(example[0])
    scenario = loads(
        yaml.safe_dump({"squall": 1, "name": "example", "story": "documented", "steps": steps})
    )
    assert [step.label for step in scenario.steps] == [entry.key]
