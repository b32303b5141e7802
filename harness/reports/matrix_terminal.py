"""The matrix in the terminal: a line for each result as it comes, then one table."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from harness.patterns.matrix import Cell
from harness.patterns.throughput import Steady
from harness.reports import matrix_words as words
from harness.reports.matrix import CellFigures, Table, figures_of

STYLES = {"pass": "green", "fail": "red", "ended": "bold red"}


class MatrixTerminal:
    """Prints what happens; quiet, it prints the table alone."""

    def __init__(self, console: Console, *, quiet: bool) -> None:
        self._console = console
        self._quiet = quiet

    def begin(self, patterns: int, outages: int, seed: int) -> None:
        """How much there is to do."""
        self._say(f"{patterns} patterns x {outages} outages · seed {seed}")

    def steady(self, found: Steady) -> None:
        """One pattern in calm."""
        told = found.trouble or f"{words.number(found.per_second)} reads/s"
        self._say(f"{'in calm':>12}  {found.pattern}: {escape(told)}")

    def cell(self, cell: Cell) -> None:
        """One cell."""
        figures = figures_of(cell)
        name = f"{cell.pattern.name} / {cell.outage.name}"
        self._say(f"{_styled(figures, f'{figures.verdict:>12}')}  {name}{_failed(figures)}")

    def table(self, table: Table) -> None:
        """Outages by number, so that the table is narrow; the numbers are listed below it."""
        grid = Grid(show_edge=False, pad_edge=False, header_style="bold")
        for heading in ("pattern", "survived", "reads/s"):
            grid.add_column(heading, no_wrap=True)
        for number, _ in enumerate(table.outages, 1):
            grid.add_column(str(number), justify="center")
        for each in table.patterns:
            cells = [table.cell(each.name, outage.name) for outage in table.outages]
            signs = [_styled(cell, words.SIGNS[cell.verdict]) for cell in cells]
            grid.add_row(each.name, words.passed(each), words.number(each.per_second), *signs)
        self._console.print(grid)
        for number, outage in enumerate(table.outages, 1):
            self._console.print(f"{number:>3}  {outage.name}")
        for name, reason in table.skipped:
            self._console.print(f"skipped  {name}: {escape(reason)}")

    def end(self, page: Path) -> None:
        """Where to look closer."""
        self._console.print(f"page: {page}", soft_wrap=True)

    def _say(self, text: str) -> None:
        if not self._quiet:
            self._console.print(text, soft_wrap=True)


def _styled(cell: CellFigures, text: str) -> str:
    style = STYLES.get(cell.verdict, "yellow")
    return f"[{style}]{text}[/]"


def _failed(cell: CellFigures) -> str:
    return ": " + ", ".join(each.checker for each in cell.failed) if cell.failed else ""
