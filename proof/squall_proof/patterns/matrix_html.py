"""The matrix as one self-contained page: no network, no script, every text escaped."""

from __future__ import annotations

from markupsafe import Markup
from squall.reports.html.page_parts import asset, environment

from squall_proof.patterns import matrix_labels as words
from squall_proof.patterns.matrix_figures import MatrixTable

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"


def html(table: MatrixTable) -> str:
    """The page."""
    style = Markup(asset("squall.css"))  # noqa: S704 - our own file
    template = environment().get_template("matrix.html.j2")
    return template.render(table=table, words=words, policy=POLICY, style=style)
