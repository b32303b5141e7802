"""report.html and index.html: one file each, nothing from the network, every text escaped.

The page's own policy forbids what it does not need: no connection, no frame, no script but the
two that are in it, named by their hashes. Data is JSON in an element that no browser executes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from harness.checkers.verdict import Verdict
from harness.reports.html import facts
from harness.reports.html.cure import as_html
from harness.reports.html.series import charts
from harness.reports.html.strip import strip
from harness.reports.verdict_json import Reported, unproven
from harness.scenario.dumper import dump
from harness.scenario.outcome import NOTHING_ASIDE, Aside, overall

STYLES = ("uPlot.min.css", "squall.css")
PLOT = "uPlot.iife.min.js"
LICENCE = "uPlot.LICENSE"
"""Its terms (MIT) travel with every copy, so with every report."""


def report(reported: Reported, logs: Mapping[str, str]) -> str:
    """The page of one outage."""
    run = reported.run
    scripts = [f"/*\n{_asset(LICENCE)}*/\n{_asset(PLOT)}", _asset("report.js")]
    drawn = charts(reported)
    cure = run.diagnosis.cure
    return _render(
        "report.html.j2",
        scripts=[Markup(script) for script in scripts],  # noqa: S704 - our own files
        policy=_policy(scripts),
        run=run,
        reported=reported,
        hung_up=any(op.hung_up for op in run.evidence.ops),
        reproduce=reported.reproduce,
        headline=facts.headline(run),
        happened_short=facts.sentence(run.happened),
        cure=cure,
        cure_text=as_html(cure) if cure else None,
        tiles=facts.tiles(run),
        findings=sorted(run.findings, key=lambda finding: -finding.verdict.severity),
        windows=facts.windows(run),
        errors=facts.errors(run),
        happened=facts.happened(run),
        logs=[facts.excerpt(name, text) for name, text in logs.items()],
        scenario=dump(run.scenario),
        charts=drawn,
        levels=facts.levels(drawn["states"]),
        data=_embedded(drawn),
    )


def index(reported: Sequence[Reported], aside: Aside = NOTHING_ASIDE) -> str:
    """The page over all outages of a check; worst first, then in the order of the check."""
    left = unproven(reported, aside.broken)
    ordered = sorted(reported, key=lambda each: -each.run.verdict.severity)
    return _render(
        "index.html.j2",
        policy=_policy([]),
        verdict=overall((each.run for each in reported), left_out=len(left)),
        count=len(reported) + len(left),
        passed=sum(each.run.passed for each in reported),
        about=" · ".join(
            dict.fromkeys(t for each in reported for t in (each.app, each.begun) if t)
        ),
        counts=_counts(reported),
        seeds=sorted({each.run.seed for each in reported}),
        engines=sorted({each.run.engine for each in reported}),
        rows=[_row(each) for each in ordered],
        left=left,
        skipped=aside.skipped,
    )


def _row(reported: Reported) -> dict[str, Any]:
    """One outage in the index."""
    return {
        "run": reported.run,
        "href": f"{reported.directory}/report.html",
        "strip": strip(reported),
        "headline": facts.headline(reported.run),
        "cure": reported.run.diagnosis.cure,
        "figures": facts.figures(reported.run),
        "reproduce": reported.reproduce,
    }


def _counts(reported: Sequence[Reported]) -> list[tuple[Verdict, int]]:
    """How many outages ended how, the worst first; only what there is."""
    verdicts = [each.run.verdict for each in reported]
    return [(each, verdicts.count(each)) for each in reversed(Verdict) if each in verdicts]


def _render(template: str, **context: Any) -> str:  # noqa: ANN401 - templates take anything
    style = "\n".join(_asset(name) for name in STYLES)
    shared = {"style": Markup(style), "Verdict": Verdict, "sign": facts.SIGN}  # noqa: S704 - our own files
    return _environment().get_template(template).render(**shared, **context)


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
def _asset(name: str) -> str:
    return files("harness.reports.html").joinpath("assets", name).read_text("utf-8")


def _policy(scripts: Sequence[str]) -> str:
    """Content-Security-Policy, level 3: scripts by the hash of their text."""
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in scripts) or "'none'"
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _embedded(data: Mapping[str, Any]) -> Markup:
    """JSON that cannot end its script element (HTML standard, section 4.12.1.3)."""
    text = json.dumps(data, separators=(",", ":"))
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)  # noqa: S704 - nothing that HTML knows is left in it
