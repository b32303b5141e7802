"""The terminal: live progress, one table, one reproduce line for each failure.

Plain lines when the output is no terminal; rich honours NO_COLOR by itself.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table

from harness.checkers.verdict import Finding, Verdict, worst
from harness.core import events
from harness.reports.numbers import numbers
from harness.scenario.lab import Lab
from harness.scenario.model import Scenario
from harness.scenario.runner import Run

STYLES = {Verdict.PASS: "green", Verdict.INCONCLUSIVE: "yellow", Verdict.FAIL: "bold red"}
PLAIN_WIDTH = 140
WIDE = 110
"""Below this the bites are left out: a table that wraps is none."""


def console_of() -> Console:
    """Standard output; without a terminal plain lines of a fixed width."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=PLAIN_WIDTH)


class Terminal:
    """Prints what happens."""

    def __init__(self, *, quiet: bool = False, verbose: bool = False) -> None:
        self._console = console_of()
        self._quiet = quiet
        self._verbose = verbose
        self._begun = time.monotonic()
        self._phases: dict[str, str] = {}
        self._live: Status | None = None

    def begin(self, seed: int, engine: str, app: str) -> None:
        """The first line: what is needed to do this again."""
        self._begun = time.monotonic()
        self._say(f"app [bold]{escape(app)}[/] · engine {escape(engine)} · seed {seed}")

    def lab_is_up(self, lab: Lab) -> None:
        """Everything was started; of a stranger, what it is asked."""
        took = time.monotonic() - self._begun
        self._say(f"lab up after {took:.2f} s: PostgreSQL, proxy, app, workload, observer")
        if lab.derived:
            asked = [f"{one.method} {one.path}" for one in lab.profile.operations]
            self._say(f"asked, by its OpenAPI document: {escape(', '.join(asked))}")
            for name, reason in lab.left_out.items():
                self._say(f"[dim]not asked: {escape(name)}: {escape(reason)}[/]")

    @contextmanager
    def watching(self, scenario: Scenario) -> Iterator[events.Listener]:
        """A live line, shared by all scenarios that run at the same time."""
        name = scenario.name

        def listen(event: events.Event) -> None:
            phase = _phase(event)
            if phase:
                self._show(name, phase)

        self._show(name, "steady state")
        try:
            yield listen
        finally:
            self._show(name, "")

    def _show(self, name: str, phase: str) -> None:
        """Put a phase into the live line; an empty one takes the scenario out."""
        if not self._console.is_terminal or self._quiet:
            return
        self._phases.pop(name, None)
        if phase:
            self._phases[name] = phase
        line = escape("  ·  ".join(f"{one}: {now}" for one, now in self._phases.items()))
        if self._live is not None and not self._phases:
            self._live.stop()
            self._live = None
        elif self._live is not None:
            self._live.update(line)
        elif self._phases:
            self._live = self._console.status(line)
            self._live.start()

    def skipped(self, scenario: Scenario, reason: str) -> None:
        """One line when a scenario cannot be run here."""
        self._say(f"[dim]{'skipped':>12}[/]  {escape(scenario.name)}: {escape(reason)}")

    def finished(self, run: Run) -> None:
        """One line when a scenario has its verdict."""
        style = STYLES[run.verdict]
        self._say(f"[{style}]{run.verdict.value:>12}[/]  {escape(run.scenario.name)}")

    def table(self, runs: Sequence[Run], reproduce: str) -> None:
        """The table of all runs, then what is not well."""
        table = Table(show_edge=False, pad_edge=False, header_style="bold")
        wide = self._console.width >= WIDE
        table.add_column("outage", overflow="fold")
        if wide:
            table.add_column("bit")
        table.add_column("errors", justify="right", no_wrap=True)
        windows = "before/during/after" if wide else "before / during / after"
        table.add_column(f"p95 ms {windows}", justify="right", max_width=None if wide else 17)
        table.add_column("recovery", justify="right", no_wrap=True)
        table.add_column("verdict", no_wrap=True)
        for run in runs:
            row = numbers(run)
            bites = (row.bites,) if wide else ()
            cells = (run.scenario.name, *bites, row.errors, " / ".join(row.p95), row.recovery)
            verdict = f"[{STYLES[run.verdict]}]{run.verdict.value}[/]"
            table.add_row(*map(escape, cells), verdict)
        self._console.print()
        self._console.print(table)
        for run in runs:
            self._findings(run, reproduce)

    def _findings(self, run: Run, reproduce: str) -> None:
        shown = [
            f for f in run.findings if self._verbose or f.noted or f.verdict is not Verdict.PASS
        ]
        if not shown:
            return
        self._console.print(f"\n[bold]{escape(run.scenario.name)}[/]")
        for finding in shown:
            self._console.print(_sentence(finding))
        if not run.passed:
            again = reproduce.replace("{name}", run.scenario.name)
            self._console.print(f"  again: [bold]{escape(again)}[/]", soft_wrap=True)

    def end(self, runs: Sequence[Run], path: Path) -> None:
        """The last lines: the verdict over all, and where the files are."""
        verdict = worst(run.verdict for run in runs)
        took = time.monotonic() - self._begun
        word = f"[{STYLES[verdict]}]{verdict.value}[/]"
        count = f"{len(runs)} outage{'' if len(runs) == 1 else 's'}"
        self._console.print(f"\n{word}: {count} in {took:.1f} s · files in {path}")
        self._say(f"report: {path / 'index.html'}")

    def _say(self, line: str) -> None:
        if not self._quiet:
            self._console.print(line)


def _sentence(finding: Finding) -> str:
    style = STYLES[finding.verdict]
    return f"  [{style}]{finding.verdict.value}[/] {finding.checker}: {escape(finding.reason)}"


def _phase(event: events.Event) -> str:
    if isinstance(event, events.FaultInjected):
        return f"{event.label} is in force"
    if isinstance(event, events.FaultHealed):
        return f"{event.fault} healed ({event.bites} {event.what}), watching the recovery"
    if isinstance(event, events.RunEnded):
        return "reading the truth"
    return ""
