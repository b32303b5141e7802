"""Measures the matrix and writes it down: terminal, Markdown, HTML, JSON, and a report a run."""

from __future__ import annotations

import asyncio
import json
import shlex
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.core.errors import ExitCode, NothingRan
from harness.patterns.gallery import Pattern
from harness.patterns.matrix import Cell, Matrix, Plan, measure
from harness.reports.files import RunDirectory
from harness.reports.matrix import Table, table_of
from harness.reports.matrix_html import html
from harness.reports.matrix_markdown import check_page, markdown, rewrite
from harness.reports.matrix_terminal import MatrixTerminal
from harness.reports.plain import to_plain
from harness.reports.terminal import console_of
from harness.scenario.lab import Lab
from harness.scenario.model import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The command line, understood."""

    patterns: Sequence[Pattern]
    outages: Sequence[Scenario]
    named_patterns: Sequence[str]
    named_outages: Sequence[str]
    jobs: int
    seed: int
    engine: str
    throughput: bool
    docs: Path | None
    output: Path
    quiet: bool

    @property
    def command(self) -> str:
        """What makes the matrix again."""
        words = ["squall", "patterns"]
        words += [word for name in self.named_patterns for word in ("--only", name)]
        words += [word for name in self.named_outages for word in ("--outages", name)]
        words += ["--jobs", str(self.jobs), "--seed", str(self.seed)]
        words += ["--engine", self.engine] if self.engine != "embedded" else []
        words += [] if self.throughput else ["--no-throughput"]
        words += ["--docs", str(self.docs)] if self.docs else []
        return shlex.join(words)


@dataclass(slots=True)
class _Files:
    """A run directory for each pattern, below the output directory."""

    wanted: Wanted
    directories: dict[str, RunDirectory] = field(default_factory=dict)

    def keep(self, cell: Cell, lab: Lab | None) -> None:
        """What must outlive the lab."""
        if cell.run is not None and lab is not None:
            self._of(cell.pattern.name).write_run(cell.run, lab)

    def _of(self, name: str) -> RunDirectory:
        if name not in self.directories:
            again = f"squall patterns --only {name} --outages {{name}} --seed {self.wanted.seed}"
            self.directories[name] = RunDirectory(self.wanted.output / name, again)
        return self.directories[name]

    def write(self, matrix: Matrix, table: Table) -> None:
        """Everything that is made from the whole."""
        output = self.wanted.output
        output.mkdir(parents=True, exist_ok=True)
        for directory in self.directories.values():
            directory.write_reports([cell.run for cell in matrix.cells if cell.run is not None])
        (output / "matrix.json").write_text(json.dumps(to_plain(table), indent=2) + "\n", "utf-8")
        (output / "matrix.md").write_text(markdown(table), "utf-8")
        (output / "matrix.html").write_text(html(table), "utf-8")
        if self.wanted.docs is not None:
            rewrite(self.wanted.docs, markdown(table))


def execute(wanted: Wanted) -> ExitCode:
    """Measure, print, write; HARNESS when a lab failed, whatever the patterns did."""
    if wanted.docs is not None:
        check_page(wanted.docs)
    terminal = MatrixTerminal(console_of(), quiet=wanted.quiet)
    terminal.begin(len(wanted.patterns), len(wanted.outages), wanted.seed)
    files = _Files(wanted)
    matrix = asyncio.run(_until_interrupted(_plan(wanted, files, terminal)))
    if not matrix.cells:
        reasons = "; ".join(f"{pattern.name}: {reason}" for pattern, reason in matrix.skipped)
        raise NothingRan(f"no pattern can be tried here: {reasons}")
    table = table_of(matrix, wanted.command)
    terminal.table(table)
    files.write(matrix, table)
    terminal.end(wanted.output / "matrix.html")
    broken = any(cell.run is None and not cell.blames_app for cell in matrix.cells)
    return ExitCode.HARNESS if broken else ExitCode.PASS


def _plan(wanted: Wanted, files: _Files, terminal: MatrixTerminal) -> Plan:
    def on_cell(cell: Cell, lab: Lab | None) -> None:
        files.keep(cell, lab)
        terminal.cell(cell)

    return Plan(
        patterns=wanted.patterns,
        outages=wanted.outages,
        seed=wanted.seed,
        engine=wanted.engine,
        jobs=wanted.jobs,
        throughput=wanted.throughput,
        on_steady=terminal.steady,
        on_cell=on_cell,
    )


async def _until_interrupted(plan: Plan) -> Matrix:
    """SIGTERM means the same as Ctrl-C: undo, clean up, leave."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await measure(plan)
