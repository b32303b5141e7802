"""The terminal: live progress, one table, one command that reproduces each failure.

Plain lines if the output is not a terminal; rich honours NO_COLOR. There are two listeners: one
prints events as they happen, the other prints the summary after all other listeners have finished.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO, cast

from rich.console import Console
from rich.text import Text

from squall.core.counting import counted
from squall.core.secrets import RedactedFile
from squall.reports.coverage_lines import coverage_lines
from squall.reports.live_line import LiveLine, phase_of
from squall.reports.summary_table import STYLES, markup_of, verdict_markup
from squall.reports.terminal_findings import FindingsPrinter
from squall.runner.overall_verdict import overall_verdict
from squall.runner.result import LabFailure, Run
from squall.runner.suite_events import (
    LabFailed,
    LabsReduced,
    LabStarted,
    RunProgress,
    ScenarioFinished,
    ScenarioRepeated,
    ScenarioSkipped,
    ScenarioStarted,
    SuiteEvent,
    SuiteFinished,
    SuiteListener,
    SuiteStarted,
    TimeLimitReached,
)

PLAIN_WIDTH = 140


def console_of() -> Console:
    """Standard output; without a terminal, plain lines of a fixed width."""
    out = cast("TextIO", RedactedFile(sys.stdout))
    console = Console(highlight=False, emoji=False, file=out)
    if console.is_terminal:
        return console
    return Console(highlight=False, emoji=False, file=out, width=PLAIN_WIDTH)


class Terminal:
    """Prints the events of a suite."""

    def __init__(self, *, quiet: bool = False, verbose: bool = False) -> None:
        self._console = console_of()
        self._quiet = quiet
        self._verbose = verbose
        self._begun = 0.0
        self._planned = 0
        self._done = 0
        self._line = LiveLine(self._console, quiet=quiet)
        self._findings = FindingsPrinter(self._console, quiet=quiet, verbose=verbose)

    def progress(self, event: SuiteEvent) -> None:
        """Print a line for an event as it happens."""
        match event:
            case SuiteStarted():
                self._start(event)
            case LabStarted():
                self._show_lab(event)
            case LabsReduced(left=labs):
                self._say(f"[dim]one lab less ({labs} now): the machine was too busy for more[/]")
            case TimeLimitReached(left=left):
                self._aside("dim", "skipped", counted(len(left), "outages"), left[0].reason)
            case LabFailed():
                self._show_failed(event.failure)
            case SuiteFinished():
                self._line.stop()
            case _:
                self._show_scenario(event)

    def notes(self, lines: Sequence[str]) -> None:
        """Notes on the start, one fact for each line."""
        for line in lines:
            self._say(f"[dim]{markup_of(line)}[/]")

    def _show_scenario(self, event: SuiteEvent) -> None:
        match event:
            case ScenarioSkipped(skipped=left):
                self._aside("dim", "skipped", left.scenario.name, left.reason)
            case ScenarioStarted():
                self._line.show(event.scenario.name, "steady state")
            case RunProgress():
                if phase := phase_of(event.event):
                    self._line.show(event.scenario.name, phase)
            case ScenarioRepeated():
                self._line.show(event.run.scenario.name, "")
                self._aside("dim", "retrying", event.run.scenario.name, event.reason)
            case ScenarioFinished(run=run):
                self._done += 1
                self._line.progress = self._progress(event.at)
                self._line.show(run.scenario.name, "")
                if run.passed and self._line.is_shown and not self._verbose:
                    return  # the live line counts it
                verdict, name = run.verdict, markup_of(run.scenario.name)
                self._say(f"[{STYLES[verdict]}]{verdict.value:>12}[/]  {name}")

    def summary(self, reproduce: str, path: Path) -> SuiteListener:
        """A listener that prints table, findings and verdict when the suite has finished."""

        def listen(event: SuiteEvent) -> None:
            if isinstance(event, SuiteFinished) and event.result.runs:
                self.table(event.result.runs, reproduce)
                self._findings.failures(event.result.failures)
                self._findings.not_judged(event.result.runs)
                self._end(event, path)

        return listen

    def table(self, runs: Sequence[Run], reproduce: str) -> None:
        """Causes, the table of all runs, then the findings of those that did not pass."""
        self._findings.table(runs, reproduce)

    def _start(self, event: SuiteStarted) -> None:
        """The first line: what is needed to repeat the suite."""
        self._begun = event.at
        self._planned = sum(len(group.scenarios) for group in event.groups)
        options = event.groups[0].options
        app, engine = markup_of(options.profile.name), markup_of(options.engine)
        self._say(f"app [bold]{app}[/] · engine {engine} · seed {options.seed}")
        if options.attach is not None:
            database = markup_of(options.attach.database_for_the_app)
            self._say(f"the app's database address must be [bold]{database}[/]")

    def _show_lab(self, event: LabStarted) -> None:
        """What was started, and which operations are requested if only a document describes the
        app.
        """
        if event.replaces:
            self._say("[dim]a new lab: the last one could prove nothing more[/]")
            return
        lab = event.lab
        more = [one.name for one in lab.profile.dependencies]
        more += [one.name for one in lab.profile.processes]
        ours = ", ".join(["PostgreSQL", "proxy", "app", "workload", "observer", *more])
        if lab.options.attach is not None:
            ours = "proxy, workload, observer; the app and PostgreSQL ran already"
        self._say(f"lab up after {event.at - self._begun:.2f} s: {ours}")
        if lab.stand_ins:
            names = ", ".join(lab.stand_ins)
            self._say(f"extensions: the server lacks {names}; Squall's stand-ins in SQL are used")
        for line in lab.unanswered:
            self._say(markup_of(line))
        for line in coverage_lines(lab.coverage) if lab.derived else ():
            self._say(markup_of(line))

    def _show_failed(self, failure: LabFailure) -> None:
        """One line when a lab has failed."""
        self._line.show(failure.scenario.name, "")
        then = "retrying in a new lab" if failure.again else "left out"
        reason = failure.reason.partition("\n")[0]
        self._aside("red", "lab failed", failure.scenario.name, f"{reason}; {then}")

    def _progress(self, now: float) -> str:
        """``12 of 57, about 70 s left``, extrapolated from the completed scenarios."""
        if not self._planned:
            return ""
        left = (now - self._begun) / self._done * (self._planned - self._done)
        return f"{self._done} of {self._planned}, about {max(0.0, left):.0f} s left"

    def _aside(self, style: str, what: str, scenario: str, reason: str) -> None:
        self._say(f"[{style}]{what:>12}[/]  {markup_of(f'{scenario}: {reason}')}")

    def _end(self, event: SuiteFinished, path: Path) -> None:
        """The last lines: the overall verdict, and where the files are."""
        result = event.result
        left_out, skipped = len(result.unproven), len(result.skipped)
        pending = self._planned - len(result.runs) - left_out if event.interrupted else 0
        coverage = result.coverage
        verdict = overall_verdict(result.runs, left_out=left_out + pending, coverage=coverage)
        if coverage is not None and coverage.short:
            self._console.print(f"\n[red]coverage[/]  {markup_of(coverage.short)}")
        count = f"{len(result.runs)} outage{'' if len(result.runs) == 1 else 's'}"
        more = [(left_out, "left out"), (skipped, "skipped"), (pending, "not run")]
        told = [f"{number} {what}" for number, what in more if number > 0]
        count = ", ".join([count, *told]) + "," * bool(told)
        took = event.at - self._begun
        self._console.print(f"\n{verdict_markup(verdict)}: {count} in {took:.1f} s · ", end="")
        self._console.print(Text(f"files in {path}"), soft_wrap=True)
        self._say(f"report: {markup_of(str(path / 'index.html'))}")

    def _say(self, markup: str) -> None:
        if not self._quiet:
            self._console.print(markup)
