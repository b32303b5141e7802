"""The page of remedies: a section for each remedy, and a remedy for each section."""

from __future__ import annotations

import re

import pytest
from squall.diagnosis.remedies import PAGE, REMEDIES
from squall.reports.remedies_page import page, section


def test_sections_and_cures_are_the_same_in_the_same_order() -> None:
    titles = re.findall(r"^## (.+)$", page(), re.MULTILINE)
    assert titles == [remedy.title for remedy in REMEDIES]


@pytest.mark.parametrize("remedy", REMEDIES, ids=lambda remedy: remedy.key)
def test_a_section_is_found_by_its_anchor(remedy: object) -> None:
    key, title = remedy.key, remedy.title  # type: ignore[attr-defined]
    assert section(key).startswith(f"## {title}\n\n")
    assert f"{PAGE}#{key}" == remedy.url  # type: ignore[attr-defined]


def test_links_inside_the_page_lead_somewhere() -> None:
    linked = set(re.findall(r"\]\(#([\w-]+)\)", page()))
    assert linked <= {remedy.key for remedy in REMEDIES}


def test_python_in_the_page_is_python() -> None:
    for code in re.findall(r"```python\n(.*?)```", page(), re.DOTALL):
        compile(code, "remedies.md", "exec", flags=0x2000)  # PyCF_ALLOW_TOP_LEVEL_AWAIT
