"""What the pytest plugin does with runs: properties, rows of the table, sections of a failure.

Imported only inside the plugin's hooks, so that sessions without outages do not pay for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap

import pytest
from _pytest.mark.structures import ParameterSet

from squall.config.pyproject import FILE, load_skips
from squall.core.errors import SquallError, UsageError
from squall.lab.lab_options import LabOptions
from squall.reports.failure_sections import sections
from squall.reports.log_tail import LogTail
from squall.reports.summary_row import summary_row
from squall.runner.resolve_scenario import resolve_scenario
from squall.runner.run import Run
from squall.runner.suite_events import ScenarioFinished, ScenarioStarted, SuiteEvent
from squall.runner.sync import SyncLab, missing
from squall.scenario.library import stock
from squall.scenario.model import Scenario
from squall.scenario.selection import matches, partition_long, partition_skipped, select
from squall.scenario.yaml_loader import load

SUFFIX = ".squall.yaml"
MAX_LOG_BYTES = 1024 * 1024
HEADING = ("outage", "effect", "errors", "p95 ms before/during/after", "recovery", "verdict")
EFFECT, VERDICT = HEADING.index("effect"), HEADING.index("verdict")
COLOURS = {"pass": "green", "inconclusive": "yellow", "fail": "red"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsOfSession:
    """A run of a test, with data that the run itself does not hold."""

    run: Run
    app_log: str
    reproduce: str
    report: Path | None
    """Where the reports of the session are."""

    def properties(self) -> Iterator[tuple[str, object]]:
        """The test's properties in the JUnit file."""
        yield "squall.scenario", self.run.scenario.name
        yield "squall.seed", self.run.seed
        yield "squall.engine", self.run.engine
        yield "squall.verdict", self.run.verdict.value
        row = summary_row(self.run)
        yield "squall.bites", row.bites
        yield "squall.recovery", row.recovery
        if self.run.diagnosis.remedy is not None:
            yield "squall.remedy", self.run.diagnosis.remedy.key
        yield "squall.reproduce", self.reproduce


@contextmanager
def one_message() -> Iterator[None]:
    """Report a wrong option or a failed lab as one message, without chained tracebacks."""
    try:
        yield
    except SquallError as error:
        raise pytest.fail.Exception(f"squall: {error}", pytrace=False) from None


def possible(
    lab: SyncLab, scenario: Scenario | str | Path, only: Sequence[str], require: Sequence[str]
) -> Scenario:
    """The scenario. Skips or fails the test if it was not selected or cannot run here."""
    wanted = resolve_scenario(scenario)
    if not matches(wanted, only):
        pytest.skip(f"{wanted.name} is not chosen by --squall-only")
    what, reason = missing(lab.options) or ("faults", lab.unsupported_reason(wanted))
    _skip_or_fail(what, reason, f"{wanted.name}: ", require)
    return wanted


def must_be_possible(options: LabOptions, require: Sequence[str]) -> None:
    """Skip or fail the test if this machine lacks what such a lab needs."""
    what, reason = missing(options) or ("", "")
    _skip_or_fail(what, reason, "", require)


def _skip_or_fail(what: str, reason: str, name: str, require: Sequence[str]) -> None:
    if reason and {what, "all"} & set(require):
        pytest.fail(f"required by --squall-require, but {reason}", pytrace=False)
    if reason:
        pytest.skip(f"{name}{reason}")


class AppLogs:
    """A listener that keeps what the app printed in the last run, while its lab is still up."""

    def __init__(self) -> None:
        self.last = ""
        self._tail = LogTail()

    def __call__(self, event: SuiteEvent) -> None:
        """Read the log when a run has its verdict. Earlier parts belong to other runs."""
        if isinstance(event, ScenarioStarted):
            self._read(event.lab.app.log_path)
        elif isinstance(event, ScenarioFinished):
            self.last = self._read(event.lab.app.log_path)

    def _read(self, path: Path) -> str:
        try:
            return self._tail.read_new(path, MAX_LOG_BYTES)
        except OSError:
            return ""


def outages(words: Sequence[str]) -> list[str]:
    """Names of the stock outages that match; without a word, all of them.

    Raises:
        pytest.UsageError: a word matches nothing.
    """
    try:
        meant = select(stock(), words, option="pytest.mark.outage")
        return [each.name for each in partition_long(meant, words)[0]]
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error


def outage_params(words: Sequence[str], directory: Path) -> list[ParameterSet]:
    """The same as parameters of a test. Outages in ``[tool.squall.skip]`` are skipped.

    Raises:
        pytest.UsageError: a word matches nothing, or the table has problems.
    """
    names = outages(words)
    meant = [each for each in stock() if each.name in names]
    option = f"{directory / FILE}: [tool.squall] skip:"
    try:
        _, left = partition_skipped(
            meant, load_skips(directory), words, known=stock(), option=option
        )
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error
    marks = {each.scenario.name: [pytest.mark.skip(each.reason)] for each in left}
    return [pytest.param(name, marks=marks.get(name, ())) for name in names]


def known(items: Sequence[pytest.Item], only: Sequence[str]) -> None:
    """Refuse a word that matches no stock outage and no scenario file.

    Raises:
        pytest.UsageError: the message suggests what it may have meant.
    """
    files = {item.path for item in items if item.path.name.endswith(SUFFIX)}
    try:
        select([*stock(), *(one for file in files if (one := _loaded(file)))], only,
               option="--squall-only")  # fmt: skip
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error


def _loaded(file: Path) -> Scenario | None:
    """A file's scenario; None if it has problems, which are reported when it runs."""
    try:
        return load(file)
    except UsageError:
        return None


def may_fit(item: pytest.Item, only: Sequence[str]) -> bool:
    """Whether a test may run one of these outages, judged by its file, its mark or its fixture."""
    if item.path.name.endswith(SUFFIX):
        scenario = _loaded(item.path)
        return scenario is None or matches(scenario, only)
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    marks = [word for mark in item.iter_markers("outage") for word in mark.args]
    if marks:
        named = {parameters["outage"]} if "outage" in parameters else set(outages(marks))
        return any(matches(each, only) for each in stock() if each.name in named)
    # Which outages the test runs is known only when it runs; the fixture skips unselected ones.
    return "squall" in getattr(item, "fixturenames", ())


def told(report: pytest.TestReport, kept: Sequence[RunsOfSession]) -> None:
    """Put the runs of a test into its report, as plain data, because xdist transfers it."""
    # A report keeps additional attributes, also over xdist.
    report.squall_rows = [_row(each.run) for each in kept]  # type: ignore[attr-defined]
    reports = {str(each.report / "index.html") for each in kept if each.report}
    report.squall_reports = sorted(reports)  # type: ignore[attr-defined]
    report.squall_reasons = [  # type: ignore[attr-defined]
        (each.run.scenario.name, each.run.diagnosis.reason) for each in kept if not each.run.passed
    ]
    if not report.failed:
        return
    for each in kept:
        report.sections.extend(sections(each.run, each.app_log, each.reproduce))
    crash = getattr(report.longrepr, "reprcrash", None)
    for each in kept:
        # Otherwise the last line of the summary is "assert False", which does not help the reader.
        if crash is not None and not each.run.passed and repr(each.run)[:40] in crash.message:
            crash.message = f"{each.run.scenario.name}: {each.run.diagnosis.reason}"


def _row(run: Run) -> list[str]:
    row = summary_row(run)
    return [run.scenario.name, row.bites, row.errors, " / ".join(row.p95), row.recovery,
            run.verdict.value]  # fmt: skip


def table(
    terminal: pytest.TerminalReporter,
    rows: Sequence[Sequence[str]],
    reasons: Sequence[tuple[str, str]],
) -> None:
    """One line per run, without the effect if it would wrap; then the reasons."""
    columns = range(len(HEADING))
    widths = [max(len(row[column]) for row in [HEADING, *rows]) for column in columns]
    if sum(widths) + 2 * len(widths) > terminal._tw.fullwidth:  # noqa: SLF001 - pytest has no other name for it
        columns = [column for column in columns if column != EFFECT]  # type: ignore[assignment] # both are read only
    terminal.section("squall")
    for row in [HEADING, *rows]:
        *cells, verdict = (row[column].ljust(widths[column]) for column in columns)
        terminal.write("  ".join(cells) + "  ")
        colour = COLOURS.get(row[VERDICT])
        terminal.line(verdict.rstrip(), **({colour: True} if colour else {}))
    for name, reason in reasons:
        text = wrap(f"{name}: {reason}", terminal._tw.fullwidth - 1, subsequent_indent="  ")  # noqa: SLF001 - as above
        for line in text:
            terminal.line(line)
