"""docs/reference/outages.md is what the library says; every situation names outages that exist."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from squall import stock

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "reference/outages.md").read_text("utf-8")


def test_the_section_is_made_from_the_library() -> None:
    spec = importlib.util.spec_from_file_location("outages_page", DOCS / "outages_page.py")
    assert spec is not None
    assert spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    assert maker.page(TEXT) == TEXT, "make it again: python docs/outages_page.py"


def test_each_outage_belongs_to_a_situation_or_has_its_own_story() -> None:
    situations = TEXT.partition("## Situations")[2].partition("## Not covered")[0]
    named = set(re.findall(r"\[([\w-]+)\]\(#", situations))
    assert named <= {outage.name for outage in stock()}
