"""The matrix in the terminal: a line for each result, then one table."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from squall_proof.patterns import matrix_labels as words
from squall_proof.patterns.matrix_figures import CellFigures, MatrixTable, figures_of
from squall_proof.patterns.pattern_matrix import Cell
from squall_proof.patterns.throughput import SteadyReads

STYLES = {"pass": "green", "fail": "red", "ended": "bold red"}


class MatrixTerminal:
    """Prints results as they come; when quiet, only the table."""

    def __init__(self, console: Console, *, quiet: bool) -> None:
        self._console = console
        self._quiet = quiet

    def begin(self, patterns: int, outages: int, seed: int) -> None:
        """Print the number of measurements."""
        self._say(f"{patterns} patterns x {outages} outages · seed {seed}")

    def steady(self, found: SteadyReads) -> None:
        """Print one pattern's figures without a fault."""
        told = found.trouble or f"{words.number(found.per_second)} reads/s"
        self._say(f"{'in calm':>12}  {found.pattern}: {escape(told)}")

    def cell(self, cell: Cell) -> None:
        """Print one cell."""
        figures = figures_of(cell)
        name = f"{cell.pattern.name} / {cell.outage.name}"
        self._say(f"{_styled(figures, f'{figures.verdict:>12}')}  {name}{_failed(figures)}")

    def table(self, table: MatrixTable) -> None:
        """Outages by number, so that the table is narrow. The numbers are listed below it."""
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
        """Print where the details are."""
        self._console.print(f"page: {page}", soft_wrap=True)

    def _say(self, text: str) -> None:
        if not self._quiet:
            self._console.print(text, soft_wrap=True)


def _styled(cell: CellFigures, text: str) -> str:
    style = STYLES.get(cell.verdict, "yellow")
    return f"[{style}]{text}[/]"


def _failed(cell: CellFigures) -> str:
    return ": " + ", ".join(each.gate for each in cell.failed) if cell.failed else ""
