"""The table of all runs for terminals: wide, or for 80 columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from squall.gates.verdict import Verdict
from squall.reports.printable import printable
from squall.reports.summary_row import summary_row
from squall.runner.result import Run

STYLES = {
    Verdict.PASS: "green",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.FAIL: "bold red",
    Verdict.NOT_JUDGED: "dim",
}
WIDE = 110
"""With fewer columns the effect is left out: a table whose lines wrap is not readable."""


def markup_of(text: str) -> str:
    """Escape text for rich's markup."""
    return escape(printable(text))


def verdict_markup(verdict: Verdict) -> str:
    """The verdict with its colour."""
    return f"[{STYLES[verdict]}]{verdict.value}[/]"


def summary_table(runs: Sequence[Run], columns: int) -> Table:
    """One row for each run."""
    return _wide(runs) if columns >= WIDE else _narrow(runs)


def _wide(runs: Sequence[Run]) -> Table:
    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    table.add_column("outage", overflow="fold")
    table.add_column("effect")
    table.add_column("errors", justify="right", no_wrap=True)
    table.add_column("p95 ms before/during/after", justify="right")
    table.add_column("recovery", justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for run in runs:
        row = summary_row(run)
        cells = (run.scenario.name, row.bites, row.errors, " / ".join(row.p95), row.recovery)
        table.add_row(*map(markup_of, cells), verdict_markup(run.verdict))
    return table


def _narrow(runs: Sequence[Run]) -> Table:
    """The columns that fit into 80 columns: without the effect, with little space."""
    table = Table(
        box=SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True, header_style="bold"
    )
    table.add_column("outage", overflow="fold")
    table.add_column("errors", justify="right", no_wrap=True)
    table.add_column("p95 ms\nbef/dur/after", justify="right", no_wrap=True)
    table.add_column("recovery", justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for run in runs:
        row = summary_row(run)
        cells = (run.scenario.name, row.errors, "/".join(row.p95), row.recovery)
        table.add_row(*map(markup_of, cells), verdict_markup(run.verdict))
    return table
