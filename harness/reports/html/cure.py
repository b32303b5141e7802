"""A cure's section of the documentation as a part of a page that needs no network."""

from __future__ import annotations

import re
from functools import cache

from markdown_it import MarkdownIt
from markupsafe import Markup

from harness.checkers.cures import Cure
from harness.reports.cures_page import section

ELSEWHERE = re.compile(r"\[([^\]]+)\]\(#([\w-]+)\)")
"""A link to another cure: it is not on this page, but in the command."""


@cache
def markdown(cure: Cure) -> str:
    """The section without its heading; links to other cures are commands."""
    _heading, _, text = section(cure.key).partition("\n")
    return ELSEWHERE.sub(r"\1 (`squall cure \2`)", text).strip()


@cache
def as_html(cure: Cure) -> Markup:
    """The same as HTML; markup in the text stays text."""
    reader = MarkdownIt("commonmark", {"html": False})
    reader.add_render_rule("fence", _code)
    reader.add_render_rule("code_block", _code)
    return Markup(reader.render(markdown(cure)))  # noqa: S704 - rendered with html=False


def _code(_self: object, tokens: object, index: int, *_rest: object) -> str:
    """A block that the keyboard reaches: it may be wider than a phone."""
    content = tokens[index].content  # type: ignore[index] # markdown-it types renderers loosely
    return str(Markup('<pre tabindex="0">{}</pre>\n').format(content))
