"""The summary of a suite on a terminal: causes, one table, and what each gate found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from squall.core.counting import counted
from squall.reports.causes import Cause, causes_of_runs
from squall.reports.causes_text import causes_lines
from squall.reports.judged_count import judged_count, not_judged_lines
from squall.reports.plain_text import source_lines
from squall.reports.printable import printable
from squall.reports.summary_table import markup_of, summary_table, verdict_markup
from squall.runner.result import LabFailure, Run

MAX_ALIKE = 3
"""Maximum number of outages of one cause that are shown in full."""

MAX_ERRORS = 3

BEFORE_COMMAND = " · "
"""Between a sentence and the command that tells more."""


class FindingsPrinter:
    """Prints the results of a suite."""

    def __init__(self, console: Console, *, quiet: bool, verbose: bool) -> None:
        self._console = console
        self._quiet = quiet
        self._verbose = verbose

    def table(self, runs: Sequence[Run], reproduce: str) -> None:
        """Causes, the table of all runs, then the findings of those that did not pass."""
        causes = causes_of_runs(runs)
        self._show_causes(causes, reproduce)
        self._console.print()
        self._console.print(summary_table(runs, self._console.width))
        alike = {name for cause in causes for name in cause.names[MAX_ALIKE:]}
        hidden = set() if self._verbose else alike
        for run in runs:
            if run.scenario.name not in hidden:
                self._run(run, reproduce)
        if hidden:
            rest = f"{len(hidden)} more outages have the causes above; -v shows them too"
            self._console.print(f"\n[dim]{rest}[/]")

    def _show_causes(self, causes: Sequence[Cause], reproduce: str) -> None:
        """What to fix, before anything else; left out for a single outage, which has its
        own text.
        """
        if not causes:
            return
        self._console.print("\n[bold]Causes[/]")
        for style, line in causes_lines(causes, reproduce):
            text = Text(printable(line), style=style)
            if "reproduce:" in line:
                self._console.print(text, soft_wrap=True)
            else:
                self._hanging(text, len(line) - len(line.lstrip()) + 2)

    def _run(self, run: Run, reproduce: str) -> None:
        shown = [f for f in run.findings if self._verbose or f.noted or f.verdict.is_bad]
        if not shown:
            return
        self._console.print(f"\n[bold]{markup_of(run.scenario.name)}[/]")
        diagnosis = run.diagnosis
        if not run.passed:
            self._indented(f"[bold]why: {markup_of(diagnosis.reason)}[/]")
            self._show_errors(run)
        for finding in shown:
            word = run.word_of(finding)
            told = verdict_markup(finding.verdict) if word == finding.verdict.value else word
            self._indented(f"{told} {finding.gate}: {markup_of(finding.reason)}")
        if not run.passed:
            if diagnosis.remedy is not None:
                remedy = diagnosis.remedy
                self._indented(f"remedy: {markup_of(remedy.title)} · squall explain {remedy.key}")
            command = reproduce.replace("{name}", run.scenario.name)
            # Neither wrapped nor changed, so that it can be copied.
            line = Text.assemble("  reproduce: ", (printable(command), "bold"))
            self._console.print(line, soft_wrap=True)

    def _show_errors(self, run: Run) -> None:
        """The lines of the project that raised the app's errors."""
        lines = source_lines(run)
        for line in lines[:MAX_ERRORS]:
            self._indented(markup_of(line))
        if len(lines) > MAX_ERRORS:
            more = counted(len(lines) - MAX_ERRORS, "more groups of errors")
            self._indented(f"[dim]and {more}[/]")

    def not_judged(self, runs: Sequence[Run]) -> None:
        """Which lines of configuration would enable more gates. Printed once, not for each
        outage.
        """
        lines = not_judged_lines(runs)
        if not lines or self._quiet:
            return
        counts = Counter(judged_count(run.findings) for run in runs)
        self._console.print(f"\n[dim]{counts.most_common(1)[0][0]}. To judge more, add:[/]")
        for line in lines:
            self._console.print(Text(f"  {line}", style="dim"), soft_wrap=True)

    def _indented(self, markup: str) -> None:
        """A line of a list. On a terminal its continuation lines are indented."""
        if not self._console.is_terminal:
            self._console.print(f"  {markup}", soft_wrap=True)
            return
        self._hanging(Text("  ") + Text.from_markup(markup, emoji=False), 4)

    def _hanging(self, text: Text, indent: int) -> None:
        """On a terminal, continuation lines are indented, and a command is on one line."""
        if not self._console.is_terminal:
            self._console.print(text, soft_wrap=True)
            return
        head, dot, command = text.plain.rpartition(BEFORE_COMMAND)
        if dot and len(text) > self._console.width:
            self._hanging(text[: len(head)], indent)
            whole = Text(" " * indent + command, style=text.style)
            self._console.print(whole, soft_wrap=True)  # it is to be copied
            return
        blank = len(text.plain) - len(text.plain.lstrip())
        lines = text[blank:].wrap(self._console, max(20, self._console.width - indent))
        for number, line in enumerate(lines):
            line.rstrip()
            self._console.print(Text(" " * (indent if number else blank)) + line)

    def failures(self, failures: Sequence[LabFailure]) -> None:
        """Failures of the harness itself, in full. They are not verdicts on the app."""
        for name, reason in dict.fromkeys((each.scenario.name, each.reason) for each in failures):
            self._console.print(f"\n[red]harness[/] [bold]{markup_of(name)}[/]")
            for line in reason.splitlines():
                self._indented(markup_of(line))
