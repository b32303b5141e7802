"""Two stored runs in one page: gates, figures, operations and timelines side by side.

On top stands what differs besides the app: load, seeds, definitions, libraries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from squall.gates.verdict import Finding
from squall.reports.comparability import (
    difference_lines,
    differences_of_runs,
    differences_of_suites,
)
from squall.reports.comparison import Change, Compared, Comparison
from squall.reports.comparison_table import figure_text, range_text, recovery_text
from squall.reports.html.page_parts import asset, render_page
from squall.reports.html.report_tables import paired_rows
from squall.reports.html.timeline_pictures import pictures, timeline_of
from squall.reports.html.view_model import headline
from squall.reports.run_store import StoredRun, StoredSuite

FILTER = "filter.js"
ORDER = (Change.WORSE, Change.BETTER, Change.UNCLEAR)
"""Of outages; what is worse comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedSuite:
    """One of the two runs, as the command names it."""

    name: str
    suite: StoredSuite


def compare_page(first: ComparedSuite, second: ComparedSuite, comparison: Comparison) -> str:
    """The whole page."""
    runs = [{one.run.scenario.name: one for one in each.suite.runs} for each in (first, second)]
    both = [name for name in runs[0] if name in runs[1]]
    outages = [_outage(runs[0][name], runs[1][name], comparison) for name in both]
    ordered = sorted(outages, key=lambda one: ORDER.index(one["change"]))
    found = differences_of_suites(first.suite.runs, second.suite.runs)
    return render_page(
        "compare.html.j2",
        [asset(FILTER)],
        names=(first.name, second.name),
        differences=difference_lines(found, len(both)),
        only=(comparison.only_a, comparison.only_b),
        not_judged=(first.suite.not_judged, second.suite.not_judged),
        counts=[(each, sum(one["change"] is each for one in outages)) for each in ORDER],
        chance=f"{1 - comparison.confidence:.0%}",
        outages=ordered,
    )


def _outage(a: StoredRun, b: StoredRun, comparison: Comparison) -> dict[str, Any]:
    name = a.run.scenario.name
    figures = [row for row in comparison.figures if row.outage == name]
    changes = [row.change for row in figures]
    changes += [gate.change for gate in comparison.gates if gate.outage == name]
    return {
        "name": name,
        "runs": (a.run, b.run),
        "headlines": (headline(a.run), headline(b.run)),
        "change": next((one for one in ORDER if one in changes), Change.UNCLEAR),
        "differences": differences_of_runs(a.run, b.run),
        "gates": gate_rows(a.run.findings, b.run.findings),
        "figures": [_figure(row) for row in figures],
        "recoveries": tuple(recovery_text(one) for one in comparison.recoveries[name]),
        "operations": paired_rows(a.run.evidence, b.run.evidence),
        "pictures": pictures(
            [
                timeline_of(one.run.evidence, f"Response times of the {which} run")
                for which, one in (("first", a), ("second", b))
            ]
        ),
    }


def _figure(row: Compared) -> dict[str, Any]:
    return {
        "name": row.figure,
        "values": (figure_text(row.a, row.unit), figure_text(row.b, row.unit)),
        "difference": range_text(row),
        "change": row.change,
    }


def gate_rows(a: Sequence[Finding], b: Sequence[Finding]) -> list[dict[str, Any]]:
    """Each gate with both findings; those that say something else come first, then the bad ones."""
    old, new = ({finding.gate: finding for finding in each} for each in (a, b))
    rows = []
    for gate in old | new:
        pair = (old.get(gate), new.get(gate))
        verdicts = {None if one is None else one.verdict for one in pair}
        worst = max(one.verdict.severity for one in pair if one is not None)
        rows.append({"gate": gate, "findings": pair, "differs": len(verdicts) > 1, "worst": worst})
    return sorted(rows, key=lambda row: (not row["differs"], -row["worst"]))
