"""Two commits compared, on the terminal: a line a pair as it ends, then a table and its sum."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from rich.console import Console
from rich.table import Table

from squall.comparing.anytime_test import Decision
from squall.comparing.commit_rounds import Arm, ComparedOutage, Measured
from squall.comparing.run_figures import COMPARED, ComparedFigure
from squall.gates.verdict import Verdict
from squall.reports.summary_table import markup_of

DECISION_STYLES = {
    Decision.BETTER: "green",
    Decision.WORSE: "bold red",
    Decision.SAME: "dim",
    Decision.UNDECIDED: "yellow",
}


def pair_line(outage: ComparedOutage, pair: Mapping[Arm, Measured]) -> str:
    """One pair: what either commit took, or why it does not count."""
    head = f"{len(outage.pairs):>3}  {outage.name}"
    if reason := next((one.void for one in pair.values() if one.void), ""):
        return f"  -  {outage.name}: does not count: {reason.splitlines()[0]}"
    told = []
    for figure in COMPARED:
        values = [pair[arm].figures.get(figure.name) for arm in (Arm.AGAINST, Arm.HERE)]
        told.append(f"{figure.name} {' -> '.join(value_text(one, figure) for one in values)}")
    return f"{head}: {', '.join(told)}"


def commits_table(outages: Sequence[ComparedOutage]) -> Table:
    """A row for each figure of each outage that was run."""
    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    for heading in ("outage", "figure", "against", "here", "difference", "pairs", "change"):
        left = heading in ("outage", "figure", "change")
        table.add_column(heading, justify="left" if left else "right")
    for outage in outages:
        for figure in COMPARED:
            test = outage.tests[figure.name]
            if not test.count:
                continue
            typical = {arm: typical_value(outage, figure, arm) for arm in Arm}
            style = DECISION_STYLES[test.decision]
            table.add_row(
                markup_of(outage.name),
                figure.name,
                value_text(typical[Arm.AGAINST], figure),
                value_text(typical[Arm.HERE], figure),
                difference_text(outage, figure),
                str(test.count),
                f"[{style}]{test.decision.value}[/]",
            )
    return table


def print_comparison(console: Console, outages: Sequence[ComparedOutage], seconds: float) -> None:
    """The table, what could not be compared, and one line for the whole."""
    ran = [one for one in outages if one.pairs]
    if ran:
        console.print(commits_table(ran))
    for line in _reasons(outages):
        console.print(markup_of(line), soft_wrap=True)
    decisions = [decision for one in ran for decision in one.decisions]
    told = ", ".join(f"{decisions.count(one)} {one.value}" for one in Decision)
    pairs = sum(len(one.pairs) for one in ran)
    console.print(f"{len(decisions)} figures: {told}; {pairs} pairs of runs in {seconds:.0f} s")


def _reasons(outages: Sequence[ComparedOutage]) -> Iterator[str]:
    for outage in outages:
        failed = [
            sum(pair[arm].verdict is Verdict.FAIL for pair in outage.pairs)
            for arm in (Arm.AGAINST, Arm.HERE)
        ]
        if failed[0] != failed[1]:
            count = len(outage.pairs)
            yield (
                f"{outage.name}: gates failed in {failed[0]} of {count} runs of the other commit,"
                f" and in {failed[1]} of {count} here"
            )
        if outage.given_up:
            what = "skipped" if outage.skipped else "not compared"
            yield f"{outage.name}: {what}: {outage.given_up.splitlines()[0]}"


def typical_value(outage: ComparedOutage, figure: ComparedFigure, arm: Arm) -> float | None:
    """The median of a commit's runs; None where nothing was measured."""
    values = outage.values(figure.name, arm)
    return median(values) if values else None


def value_text(value: float | None, figure: ComparedFigure) -> str:
    """``412 ms``, ``12.5%``, ``never``; ``-`` where there is none."""
    if value is None:
        return "-"
    if math.isinf(value):
        return "never"
    return f"{value:.1%}" if figure.unit == "%" else f"{value:.0f} ms"


def difference_text(outage: ComparedOutage, figure: ComparedFigure) -> str:
    """``+61 ms (+35 to +92)``; an end that nothing bounds yet is ``?``."""
    against = typical_value(outage, figure, Arm.AGAINST)
    if against is None or not outage.tests[figure.name].count:
        return "-"
    typical = against if math.isfinite(against) else 0.0
    bounds = outage.tests[figure.name].bounds()
    scale, unit, digits = (100, "pp", 1) if figure.unit == "%" else (1, "ms", 0)
    low, middle, high = (
        figure.in_units(end, typical) * scale for end in (bounds.low, bounds.estimate, bounds.high)
    )
    if math.isinf(middle):
        return "never recovered" if middle > 0 else "recovers now"
    ends = ("?" if math.isinf(end) else f"{end:+.{digits}f}" for end in (low, high))
    return f"{middle:+.{digits}f} {unit} ({' to '.join(ends)})"
