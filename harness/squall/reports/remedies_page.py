"""The page of remedies, which is part of the package: one section for each remedy."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from squall.diagnosis.remedies import PAGE, REMEDIES

SHIPPED = "remedies.md"
"""In a wheel it is next to this file; in a source tree it is the page of the documentation."""


@cache
def page() -> str:
    """The whole page, Markdown."""
    shipped = files("squall.reports").joinpath(SHIPPED)
    if shipped.is_file():
        return shipped.read_text("utf-8")
    return (Path(__file__).parents[3] / PAGE).read_text("utf-8")


def section(key: str) -> str:
    """The section of a remedy with its heading. Raises KeyError if there is none."""
    title = {remedy.key: remedy.title for remedy in REMEDIES}[key]
    parts = page().split("\n## ")
    found = {part.partition("\n")[0]: part for part in parts[1:]}
    return f"## {found[title].rstrip()}\n"
