"""The matrix as one page that needs nothing else: no network, no script, every text escaped."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from harness.reports import matrix_words as words
from harness.reports.matrix import Table

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"


def html(table: Table) -> str:
    """The page."""
    return (
        _environment()
        .get_template("matrix.html.j2")
        .render(table=table, words=words, policy=POLICY, style=_style())
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("harness.reports.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> Markup:
    text = files("harness.reports.html").joinpath("assets", "squall.css").read_text("utf-8")
    return Markup(text)  # noqa: S704 - our own file
