"""What every page is made with: the templates' environment, the files that pages carry, its policy.

The policy forbids what a page does not need: no connection, no frame, no script but those that are
in it, named by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from squall.core.counting import counted
from squall.gates.verdict import Verdict
from squall.reports.html.view_model import SIGN

PACKAGE = "squall.reports.html"
STYLES = ("uPlot.min.css", "squall.css")
MAP_STYLES = ("squall.css", "sweep.css")
"""Of the maps of sweep and races, which have no chart."""
OUTCOME_WORDS = {
    "applied": "successful", "refused": "refused", "unknown": "unknown", "gone": "cancelled",
}  # fmt: skip
"""Outcomes in tables have the words of the charts' legend."""


@cache
def environment() -> Environment:
    """The templates. All text is escaped, and a missing value is an error."""
    made = Environment(
        loader=PackageLoader(PACKAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["counted"] = counted
    made.globals["outcome_words"] = OUTCOME_WORDS
    return made


@cache
def asset(name: str) -> str:
    """The text of a style sheet or a script."""
    return files(PACKAGE).joinpath("assets", name).read_text("utf-8")


def render_page(
    template: str,
    scripts: Sequence[str],
    *,
    styles: Sequence[str] = STYLES,
    **context: Any,  # noqa: ANN401 - templates take anything
) -> str:
    """A page with these scripts and no other; the style sheets are in it."""
    style = "\n".join(asset(name) for name in styles)
    shared = {"style": Markup(style), "Verdict": Verdict, "sign": SIGN}  # noqa: S704 - our own files
    own = [Markup(script) for script in scripts]  # noqa: S704 - our own files
    return (
        environment()
        .get_template(template)
        .render(**shared, scripts=own, policy=_policy(scripts), **context)
    )


def _policy(scripts: Sequence[str]) -> str:
    """Content-Security-Policy, level 3: scripts by the hash of their text."""
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in scripts) or "'none'"
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
