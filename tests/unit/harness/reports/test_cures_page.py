"""The page of cures: a section for each cure, and a cure for each section."""

from __future__ import annotations

import re

import pytest

from harness.checkers.cures import CURES, PAGE
from harness.reports.cures_page import page, section


def test_sections_and_cures_are_the_same_in_the_same_order() -> None:
    titles = re.findall(r"^## (.+)$", page(), re.MULTILINE)
    assert titles == [cure.title for cure in CURES]


@pytest.mark.parametrize("cure", CURES, ids=lambda cure: cure.key)
def test_a_section_is_found_by_its_anchor(cure: object) -> None:
    key, title = cure.key, cure.title  # type: ignore[attr-defined]
    assert section(key).startswith(f"## {title}\n\n")
    assert f"{PAGE}#{key}" == cure.url  # type: ignore[attr-defined]


def test_links_inside_the_page_lead_somewhere() -> None:
    linked = set(re.findall(r"\]\(#([\w-]+)\)", page()))
    assert linked <= {cure.key for cure in CURES}


def test_python_in_the_page_is_python() -> None:
    for code in re.findall(r"```python\n(.*?)```", page(), re.DOTALL):
        compile(code, "cures.md", "exec", flags=0x2000)  # PyCF_ALLOW_TOP_LEVEL_AWAIT
