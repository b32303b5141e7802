"""Measure the matrix and write it: terminal, Markdown, HTML, JSON, and a report for each run."""

from __future__ import annotations

import asyncio
import json
import shlex
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from squall.core.errors import ExitCode, NothingRan
from squall.lab.lab import Lab
from squall.reports.run_directory import RunDirectory
from squall.reports.serialization import to_json_data
from squall.reports.terminal import console_of
from squall.scenario.model import Scenario

from squall_proof.patterns.matrix_figures import MatrixTable, table_of
from squall_proof.patterns.matrix_html import html
from squall_proof.patterns.matrix_markdown import check_page, markdown, rewrite
from squall_proof.patterns.matrix_terminal import MatrixTerminal
from squall_proof.patterns.pattern_gallery import Pattern
from squall_proof.patterns.pattern_matrix import Cell, PatternMatrix, PatternPlan, measure


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternRequest:
    """The parsed command line."""

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
        """The command that measures the matrix again."""
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

    wanted: PatternRequest
    directories: dict[str, RunDirectory] = field(default_factory=dict)

    def keep(self, cell: Cell, lab: Lab | None) -> None:
        """Keep what is needed after the lab has ended."""
        if cell.run is not None and lab is not None:
            self._of(cell.pattern.name).write_run(cell.run, lab)

    def _of(self, name: str) -> RunDirectory:
        if name not in self.directories:
            command = "python -m squall_proof patterns"
            again = f"{command} --only {name} --outages {{name}} --seed {self.wanted.seed}"
            self.directories[name] = RunDirectory(self.wanted.output / name, again)
        return self.directories[name]

    def write(self, matrix: PatternMatrix, table: MatrixTable) -> None:
        """Write everything that is derived from all patterns."""
        output = self.wanted.output
        output.mkdir(parents=True, exist_ok=True)
        for directory in self.directories.values():
            directory.write_reports([cell.run for cell in matrix.cells if cell.run is not None])
        (output / "matrix.json").write_text(
            json.dumps(to_json_data(table), indent=2) + "\n", "utf-8"
        )
        (output / "matrix.md").write_text(markdown(table), "utf-8")
        (output / "matrix.html").write_text(html(table), "utf-8")
        if self.wanted.docs is not None:
            rewrite(self.wanted.docs, markdown(table))


def execute(wanted: PatternRequest) -> ExitCode:
    """Measure, print, write. Returns HARNESS if a lab failed, whatever the patterns' results."""
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


def _plan(wanted: PatternRequest, files: _Files, terminal: MatrixTerminal) -> PatternPlan:
    def on_cell(cell: Cell, lab: Lab | None) -> None:
        files.keep(cell, lab)
        terminal.cell(cell)

    return PatternPlan(
        patterns=wanted.patterns,
        outages=wanted.outages,
        seed=wanted.seed,
        engine=wanted.engine,
        jobs=wanted.jobs,
        throughput=wanted.throughput,
        on_steady=terminal.steady,
        on_cell=on_cell,
    )


async def _until_interrupted(plan: PatternPlan) -> PatternMatrix:
    """Handle SIGTERM like Ctrl-C: heal, clean up, exit."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await measure(plan)
