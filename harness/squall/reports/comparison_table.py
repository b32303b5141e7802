"""A comparison as a table: changes first, with their uncertainty."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from squall.reports.comparison import Change, Compared, Comparison, Judged

STYLES = {Change.BETTER: "green", Change.WORSE: "bold red"}


def show(console: Console, comparison: Comparison, *, verbose: bool) -> None:
    """Print what differs; with ``verbose`` also what does not."""
    for gate in comparison.gates:
        console.print(_gate(gate))
    rows = [row for row in comparison.figures if verbose or row.change in STYLES]
    if rows:
        console.print(_table(rows))
    for name, (a, b) in comparison.recoveries.items():
        if verbose or a != b:
            told = f"recovery {recovery_text(a)} -> {recovery_text(b)}"
            console.print(f"{escape(name)}: {told} (one measurement each)")
    for line in _last_lines(comparison):
        console.print(line, soft_wrap=True)


def _gate(gate: Judged) -> str:
    style = STYLES.get(gate.change, "yellow")
    words = [verdict.value if verdict else "absent" for verdict in (gate.a, gate.b)]
    head = f"[{style}]{gate.change.value:>8}[/]  {escape(gate.outage)}: {gate.gate}"
    return f"{head} {words[0]} -> {words[1]}: {escape(gate.reason)}"


def _table(rows: list[Compared]) -> Table:
    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    for heading in ("outage", "figure", "first", "second", "difference", "requests", "change"):
        left = heading in ("outage", "figure", "change")
        table.add_column(heading, justify="left" if left else "right")
    for row in rows:
        style = STYLES.get(row.change, "dim")
        table.add_row(
            escape(row.outage),
            row.figure,
            figure_text(row.a, row.unit),
            figure_text(row.b, row.unit),
            range_text(row),
            f"{row.counts[0]} / {row.counts[1]}",
            f"[{style}]{row.change.value}[/]",
        )
    return table


def figure_text(value: float | None, unit: str) -> str:
    """``98.2%``, ``41.3 ms``; ``-`` where there is none."""
    if value is None:
        return "-"
    return f"{value:.1%}" if unit == "%" else f"{value:.1f} ms"


def range_text(row: Compared) -> str:
    """The difference with its interval."""
    if row.gain is None:
        return "-"
    scale, unit = (100, "pp") if row.unit == "%" else (1, "ms")
    low, middle, high = (
        value * scale for value in (row.gain.low, row.gain.estimate, row.gain.high)
    )
    return f"{middle:+.1f} {unit} ({low:+.1f} to {high:+.1f})"


def recovery_text(value: float | None) -> str:
    """``112 ms``, or why there is none."""
    return "never or not measured" if value is None else f"{value:.0f} ms"


def _last_lines(comparison: Comparison) -> Iterator[str]:
    for names, which in ((comparison.only_a, "first"), (comparison.only_b, "second")):
        if names:
            yield f"only in the {which} run: {escape(', '.join(names))}"
    changes = [row.change for row in comparison.figures]
    told = ", ".join(f"{changes.count(change)} {change.value}" for change in Change)
    yield f"{len(changes)} figures: {told}; {len(comparison.gates)} gates with another verdict"
    chance = 1 - comparison.confidence
    yield f"chance of any false alarm by sampling among them: at most {chance:.0%}"
