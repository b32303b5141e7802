"""report.html and index.html: one file each, nothing from the network, every text escaped.

Data is JSON in an element that no browser executes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from squall.gates.verdict import Verdict
from squall.history.evidence import Evidence
from squall.reports.causes import CausedFailure, cause_title, caused_failure, causes_of
from squall.reports.html import report_tables, view_model
from squall.reports.html.page_parts import asset, render_page
from squall.reports.html.remedy import as_html
from squall.reports.html.series import charts
from squall.reports.html.sparkline import sparkline
from squall.reports.html.timeline_pictures import control_timeline, pictures, timeline_of
from squall.reports.judged_count import judged_count, not_judged_lines
from squall.reports.shard_record import Part
from squall.reports.verdict_json import Reported, coverage_of, problems_of, unproven, verdict_of
from squall.reports.windows import recovery_order
from squall.runner.result import EVERYTHING_RAN, NotRun
from squall.scenario.yaml_dumper import dump

PLOT = "uPlot.iife.min.js"
FILTER = "filter.js"
WORST_FIRST = (Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.PASS)
LICENCE = "uPlot.LICENSE"
"""Its licence (MIT) must accompany every copy, so it is in every report."""


def report(reported: Reported, logs: Mapping[str, str]) -> str:
    """The page of one outage."""
    run = reported.run
    scripts = [f"/*\n{asset(LICENCE)}*/\n{asset(PLOT)}", asset("report.js"), asset(FILTER)]
    drawn = charts(reported)
    requests = report_tables.request_rows(run)
    remedy = run.diagnosis.remedy
    return render_page(
        "report.html.j2",
        scripts,
        run=run,
        reported=reported,
        client_cancelled=any(op.client_cancelled for op in run.evidence.ops),
        reproduce=reported.reproduce,
        headline=view_model.headline(run),
        happened_short=view_model.sentence(run.outage_description),
        remedy=remedy,
        remedy_text=as_html(remedy) if remedy else None,
        tiles=view_model.tiles(run),
        judged=judged_count(run.findings),
        to_configure=not_judged_lines([run]),
        findings=sorted(run.findings, key=lambda finding: -finding.verdict.severity),
        windows=view_model.windows(run),
        errors=view_model.errors(run),
        operations=report_tables.operation_rows(run.evidence),
        control=_control_arm(run.evidence),
        requests=requests,
        shown_requests={row["id"] for row in requests},
        happened=view_model.event_rows(run),
        logs=[view_model.excerpt(name, text) for name, text in logs.items()],
        scenario=dump(run.scenario),
        charts=drawn,
        levels=view_model.levels(drawn["states"]),
        data=_embedded(drawn),
    )


def _control_arm(evidence: Evidence) -> dict[str, Any] | None:
    """Both arms of a paired run side by side; None where there was no control arm."""
    control = control_timeline(evidence, "Response times without the fault")
    if control is None or evidence.control is None:
        return None
    fault = timeline_of(evidence, "Response times with the fault")
    return {
        "pictures": pictures([fault, control]),
        "operations": report_tables.paired_rows(evidence, evidence.control),
    }


def index(
    reported: Sequence[Reported], aside: NotRun = EVERYTHING_RAN, part: Part | None = None
) -> str:
    """The page of all outages of a check: the worst first, then in the order of the check."""
    left = unproven(reported, aside.broken)
    ordered = sorted(reported, key=lambda each: -each.run.verdict.severity)
    return render_page(
        "index.html.j2",
        [asset(FILTER)],
        verdict=verdict_of(reported, left_out=len(left) + problems_of(part)),
        count=len(reported) + len(left),
        passed=sum(each.run.passed for each in reported),
        about=" · ".join(
            dict.fromkeys(t for each in reported for t in (each.app, each.begun) if t)
        ),
        causes=causes_of([each.once("cause", _cause) for each in reported if not each.run.passed]),
        counts=_counts(reported),
        seeds=sorted({each.run.seed for each in reported}),
        engines=sorted({each.run.engine for each in reported}),
        rows=[each.once("index.html", _row) for each in ordered],
        hrefs={each.run.scenario.name: f"{each.directory}/report.html" for each in reported},
        left=left,
        skipped=aside.skipped,
        coverage=coverage_of(reported),
        part=part,
    )


def _cause(reported: Reported) -> CausedFailure:
    return caused_failure(reported.run)


def _row(reported: Reported) -> dict[str, Any]:
    """One outage in the index."""
    return {
        "run": reported.run,
        "href": f"{reported.directory}/report.html",
        "strip": sparkline(reported),
        "headline": view_model.headline(reported.run),
        "remedy": reported.run.diagnosis.remedy,
        "figures": view_model.figures(reported.run),
        "bad": sum(not op.good for op in reported.run.evidence.awaited),
        "recovery": recovery_order(reported.run),
        "cause": "passed" if reported.run.passed else cause_title(reported.run.diagnosis),
        "tags": "|".join(sorted(reported.run.scenario.tags)),
        "reproduce": reported.reproduce,
    }


def _counts(reported: Sequence[Reported]) -> list[tuple[Verdict, int]]:
    """Number of outages by verdict, the worst first; only those that occur."""
    verdicts = [each.run.verdict for each in reported]
    return [(each, verdicts.count(each)) for each in WORST_FIRST if each in verdicts]


def _embedded(data: Mapping[str, Any]) -> Markup:
    """JSON that cannot close its script element (HTML standard, section 4.12.1.3)."""
    text = json.dumps(data, separators=(",", ":"))
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)  # noqa: S704 - nothing that HTML knows is left in it
