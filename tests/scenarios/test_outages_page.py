"""The reference of the stock outages is what their files say, and no case is passed over."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import faults
from harness import stock
from harness.scenario.model import Scenario, Step

CASES = {f"S{number:02}" for number in range(1, 49)} | {f"I{number}" for number in range(1, 13)}
ROW = re.compile(r"^\| ([SI]\d+) \| .+? \| (.+) \|$", re.MULTILINE)
LAST_LINE = re.compile(r"^Tags: (?P<tags>.+)\. Cases: (?P<cases>.+)\.$", re.MULTILINE)

every_outage = pytest.mark.parametrize("outage", stock(), ids=lambda outage: outage.name)


def parts(text: str, level: str) -> dict[str, str]:
    """The text below each heading of one level."""
    _, *found = re.split(rf"^{level} (.+)$", text, flags=re.MULTILINE)
    return dict(zip(found[::2], found[1::2], strict=True))


@pytest.fixture(scope="module")
def chapters() -> dict[str, str]:
    page = Path(__file__).parents[2] / "docs/reference/outages.md"
    return parts(page.read_text("utf-8"), "##")


@pytest.fixture(scope="module")
def entries(chapters: dict[str, str]) -> dict[str, str]:
    return parts(chapters["Outages, one by one"], "###")


def cases_of(entry: str) -> set[str]:
    found = LAST_LINE.search(entry)
    assert found is not None
    return set(found["cases"].split(", "))


def row(step: Step) -> str:
    """A step as a row of the table."""
    given = {key: value for key, value in faults.to_dict(step.fault).items() if key != "fault"}
    told = "".join(f", `{key}: {value}`" for key, value in given.items()).replace("|", r"\|")
    link = f"[{step.label}](faults.md#{step.label.replace('.', '')})"
    return f"| {step.at_seconds:g} s | {step.lasting_seconds:g} s | {link}{told} |"


def test_every_outage_has_its_entry_in_order(entries: dict[str, str]) -> None:
    assert list(entries) == [outage.name for outage in stock()]


@every_outage
def test_an_entry_tells_the_story_and_the_tags(outage: Scenario, entries: dict[str, str]) -> None:
    text = entries[outage.name]
    assert " ".join(text.partition("\n| from")[0].split()) == " ".join(outage.story.split())
    found = LAST_LINE.search(text)
    assert found is not None
    assert found["tags"] == ", ".join(sorted(outage.tags))


@every_outage
def test_an_entry_lists_the_faults(outage: Scenario, entries: dict[str, str]) -> None:
    rows = [line for line in entries[outage.name].splitlines() if re.match(r"\| \d", line)]
    assert rows == [row(step) for step in outage.steps]


def test_each_case_is_covered_or_excused_and_none_is_both(chapters: dict[str, str]) -> None:
    names = ("Situations", "What must stay true", "Not covered")
    listed = [case for name in names for case, _ in ROW.findall(chapters[name])]
    assert sorted(listed) == sorted(CASES)


def test_the_table_of_situations_agrees_with_the_entries(
    chapters: dict[str, str], entries: dict[str, str]
) -> None:
    for case, names in ROW.findall(chapters["Situations"]):
        assert names.split(", ") == [
            name for name, text in entries.items() if case in cases_of(text)
        ]


def test_no_entry_names_a_case_that_is_excused(
    chapters: dict[str, str], entries: dict[str, str]
) -> None:
    excused = {case for case, _ in ROW.findall(chapters["Not covered"])}
    assert {case for text in entries.values() for case in cases_of(text)} <= CASES - excused
