"""The terminal: live progress, one table, one reproduce line for each failure.

Plain lines when the output is no terminal; rich honours NO_COLOR by itself.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table
from rich.text import Text

from harness.checkers.verdict import Verdict
from harness.core import events
from harness.reports.numbers import numbers
from harness.scenario.lab import Lab
from harness.scenario.model import Scenario
from harness.scenario.outcome import Broken, Run, Skipped, overall

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

    def attached(self, database: str) -> None:
        """Where an app that runs already must look for its database."""
        self._say(f"the app's database address must be [bold]{escape(database)}[/]")

    def lab_is_up(self, lab: Lab) -> None:
        """Everything was started; of a stranger, what it is asked."""
        took = time.monotonic() - self._begun
        ours = "PostgreSQL, proxy, app, workload, observer"
        if lab.options.attach is not None:
            ours = "proxy, workload, observer; the app and PostgreSQL ran already"
        self._say(f"lab up after {took:.2f} s: {ours}")
        if lab.derived:
            asked = [f"{one.method} {one.path}" for one in lab.profile.operations]
            self._say(f"asked, by its OpenAPI document: {escape(', '.join(asked))}")
            for name, reason in lab.left_out.items():
                self._say(f"[dim]not asked: {escape(name)}: {escape(reason)}[/]")

    def lab_is_new(self) -> None:
        """Another one was started, since the one before could prove nothing more."""
        self._say("[dim]a new lab: in the last one an outage has left something behind[/]")

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
        told = "  ·  ".join(f"{one}: {now}" for one, now in self._phases.items())
        line = Text(told, no_wrap=True, overflow="ellipsis")
        if self._live is not None and not self._phases:
            self._live.stop()
            self._live = None
        elif self._live is not None:
            self._live.update(line)
        elif self._phases:
            self._live = self._console.status(line)
            self._live.start()

    def skipped(self, skipped: Skipped) -> None:
        """One line when a scenario is not run."""
        told = escape(f"{skipped.scenario.name}: {skipped.reason}")
        self._say(f"[dim]{'skipped':>12}[/]  {told}")

    def once_more(self, run: Run) -> None:
        """One line when a run is not counted."""
        reason = "the machine was too busy to say"
        self._say(f"[dim]{'once more':>12}[/]  {escape(run.scenario.name)}: {reason}")

    def ill_before(self, run: Run) -> None:
        """One line when the app has not got over the outages before."""
        reason = "the app was not well after the outages before; in a new lab"
        self._say(f"[dim]{'once more':>12}[/]  {escape(run.scenario.name)}: {reason}")

    def broke(self, broken: Broken) -> None:
        """One line when an outage has left its lab broken."""
        then = "once more in a new lab" if broken.again else "left out"
        reason = broken.reason.partition("\n")[0]
        self._say(f"[red]{'broken':>12}[/]  {escape(f'{broken.scenario.name}: {reason}; {then}')}")

    def broken(self, broken: Sequence[Broken]) -> None:
        """What the harness itself could not do, in full: it is no verdict on the app."""
        for name, reason in dict.fromkeys((each.scenario.name, each.reason) for each in broken):
            self._console.print(f"\n[red]harness[/] [bold]{escape(name)}[/]")
            for line in reason.splitlines():
                self._indented(escape(line))

    def finished(self, run: Run) -> None:
        """One line when a scenario has its verdict."""
        style = STYLES[run.verdict]
        self._say(f"[{style}]{run.verdict.value:>12}[/]  {escape(run.scenario.name)}")

    def table(self, runs: Sequence[Run], reproduce: str) -> None:
        """The table of all runs, then what is not well."""
        self._console.print()
        self._console.print(self._wide(runs) if self._console.width >= WIDE else _narrow(runs))
        for run in runs:
            self._findings(run, reproduce)

    @staticmethod
    def _wide(runs: Sequence[Run]) -> Table:
        table = Table(show_edge=False, pad_edge=False, header_style="bold")
        table.add_column("outage", overflow="fold")
        table.add_column("bit")
        table.add_column("errors", justify="right", no_wrap=True)
        table.add_column("p95 ms before/during/after", justify="right")
        table.add_column("recovery", justify="right", no_wrap=True)
        table.add_column("verdict", no_wrap=True)
        for run in runs:
            row = numbers(run)
            cells = (run.scenario.name, row.bites, row.errors, " / ".join(row.p95), row.recovery)
            table.add_row(*map(escape, cells), _word(run.verdict))
        return table

    def _findings(self, run: Run, reproduce: str) -> None:
        shown = [
            f for f in run.findings if self._verbose or f.noted or f.verdict is not Verdict.PASS
        ]
        if not shown:
            return
        self._console.print(f"\n[bold]{escape(run.scenario.name)}[/]")
        diagnosis = run.diagnosis
        if not run.passed:
            self._indented(f"[bold]why: {escape(diagnosis.reason)}[/]")
        for finding in shown:
            self._indented(f"{_word(finding.verdict)} {finding.checker}: {escape(finding.reason)}")
        if not run.passed:
            if diagnosis.cure is not None:
                cure = diagnosis.cure
                self._indented(f"cure: {escape(cure.title)} · squall cure {cure.key}")
            again = reproduce.replace("{name}", run.scenario.name)
            # Not wrapped by us: it is to be copied.
            self._console.print(f"  again: [bold]{escape(again)}[/]", soft_wrap=True)

    def _indented(self, markup: str) -> None:
        """A line of a list; on a terminal its further lines hang below its words."""
        if not self._console.is_terminal:
            self._console.print(f"  {markup}", soft_wrap=True)
            return
        lines = Text.from_markup(markup).wrap(self._console, max(20, self._console.width - 4))
        for number, line in enumerate(lines):
            line.rstrip()
            self._console.print(Text("    " if number else "  ") + line)

    def end(self, runs: Sequence[Run], path: Path, *, left_out: int = 0, skipped: int = 0) -> None:
        """The last lines: the verdict over all, and where the files are."""
        verdict = overall(runs, left_out=left_out)
        took = time.monotonic() - self._begun
        count = f"{len(runs)} outage{'' if len(runs) == 1 else 's'}"
        more = [f"{left_out} left out"] * bool(left_out) + [f"{skipped} skipped"] * bool(skipped)
        count = ", ".join([count, *more]) + "," * bool(more)
        self._console.print(f"\n{_word(verdict)}: {count} in {took:.1f} s · files in {path}")
        self._say(f"report: {path / 'index.html'}")

    def _say(self, line: str) -> None:
        if not self._quiet:
            self._console.print(line)


def _word(verdict: Verdict) -> str:
    return f"[{STYLES[verdict]}]{verdict.value}[/]"


def _narrow(runs: Sequence[Run]) -> Table:
    """What fits into 80 columns: without bites, and close together."""
    table = Table(
        box=SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True, header_style="bold"
    )
    table.add_column("outage", overflow="fold")
    table.add_column("errors", justify="right", no_wrap=True)
    table.add_column("p95 ms\nbef/dur/after", justify="right", no_wrap=True)
    table.add_column("recovery", justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for run in runs:
        row = numbers(run)
        cells = (run.scenario.name, row.errors, "/".join(row.p95), row.recovery)
        table.add_row(*map(escape, cells), _word(run.verdict))
    return table


def _phase(event: events.Event) -> str:
    if isinstance(event, events.FaultInjected):
        return f"{event.label} is in force"
    if isinstance(event, events.FaultHealed):
        return f"{event.fault} healed ({event.bitten}), watching the recovery"
    if isinstance(event, events.RunEnded):
        return "reading the truth"
    return ""
