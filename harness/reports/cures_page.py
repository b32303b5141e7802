"""The page of cures, which travels with the package: one section for each cure."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from harness.checkers.cures import CURES, PAGE

SHIPPED = "cures.md"
"""In a wheel it lies beside this file; in a source tree it is the page of the documentation."""


@cache
def page() -> str:
    """The whole page, Markdown."""
    shipped = files("harness.reports").joinpath(SHIPPED)
    if shipped.is_file():
        return shipped.read_text("utf-8")
    return (Path(__file__).parents[2] / PAGE).read_text("utf-8")


def section(key: str) -> str:
    """The section of a cure with its heading; KeyError when there is none."""
    title = {cure.key: cure.title for cure in CURES}[key]
    parts = page().split("\n## ")
    found = {part.partition("\n")[0]: part for part in parts[1:]}
    return f"## {found[title].rstrip()}\n"
