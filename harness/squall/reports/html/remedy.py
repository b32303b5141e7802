"""A remedy's section of the documentation as part of a page that needs no network."""

from __future__ import annotations

import re
from functools import cache

from markdown_it import MarkdownIt
from markupsafe import Markup

from squall.diagnosis.remedies import Remedy
from squall.reports.remedies_page import section

ELSEWHERE = re.compile(r"\[([^\]]+)\]\(#([\w-]+)\)")
"""A link to another remedy, which is not on this page but available from the command."""


@cache
def markdown(remedy: Remedy) -> str:
    """The section without its heading. Links to other remedies become commands."""
    _heading, _, text = section(remedy.key).partition("\n")
    return ELSEWHERE.sub(r"\1 (`squall explain \2`)", text).strip()


@cache
def as_html(remedy: Remedy) -> Markup:
    """The same as HTML. Markup in the text is escaped."""
    reader = MarkdownIt("commonmark", {"html": False})
    reader.add_render_rule("fence", _code)
    reader.add_render_rule("code_block", _code)
    return Markup(reader.render(markdown(remedy)))  # noqa: S704 - rendered with html=False


def _code(_self: object, tokens: object, index: int, *_rest: object) -> str:
    """A block that can be reached by keyboard: it may be wider than a phone."""
    content = tokens[index].content  # type: ignore[index] # markdown-it types renderers loosely
    return str(Markup('<pre tabindex="0">{}</pre>\n').format(content))
