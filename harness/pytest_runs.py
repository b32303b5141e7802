"""What the pytest plugin does with runs: properties, rows of the table, sections of a failure.

Imported inside the plugin's hooks only, so that a session without outages does not pay for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from harness.core.errors import UsageError
from harness.reports.numbers import numbers
from harness.reports.sections import sections
from harness.scenario.choice import chosen, fits
from harness.scenario.config import FILE, skips
from harness.scenario.hold import HeldLab, missing, resolved
from harness.scenario.library import stock
from harness.scenario.loader import load
from harness.scenario.model import Scenario
from harness.scenario.runner import Run
from harness.scenario.skips import parted

SUFFIX = ".squall.yaml"
MOST_LOG_BYTES = 1024 * 1024
HEADING = ("outage", "bit", "errors", "p95 ms before/during/after", "recovery", "verdict")
BIT, VERDICT = HEADING.index("bit"), HEADING.index("verdict")
COLOURS = {"pass": "green", "inconclusive": "yellow", "fail": "red"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A run of a test, with what is not in it."""

    run: Run
    app_log: str
    reproduce: str

    def properties(self) -> Iterator[tuple[str, object]]:
        """What JUnit's file says of the test."""
        yield "squall.scenario", self.run.scenario.name
        yield "squall.seed", self.run.seed
        yield "squall.engine", self.run.engine
        yield "squall.verdict", self.run.verdict.value
        row = numbers(self.run)
        yield "squall.bites", row.bites
        yield "squall.recovery", row.recovery
        if self.run.diagnosis.cure is not None:
            yield "squall.cure", self.run.diagnosis.cure.key
        yield "squall.reproduce", self.reproduce


def possible(
    lab: HeldLab, scenario: Scenario | str | Path, only: Sequence[str], require: Sequence[str]
) -> Scenario:
    """The scenario; skips or fails the test where it was not chosen, or cannot be run here."""
    wanted = resolved(scenario)
    if not fits(wanted, only):
        pytest.skip(f"{wanted.name} is not chosen by --squall-only")
    what, reason = missing(lab.options) or ("faults", lab.lacks(wanted))
    if reason and {what, "all"} & set(require):
        pytest.fail(f"required by --squall-require, but {reason}", pytrace=False)
    if reason:
        pytest.skip(f"{wanted.name}: {reason}")
    return wanted


def log_since(path: Path, begun: int) -> str:
    """The end of what was printed after byte ``begun``; of a log that began anew, all of it."""
    try:
        size = path.stat().st_size
        with path.open("rb") as log:
            log.seek(max(begun if begun <= size else 0, size - MOST_LOG_BYTES))
            return log.read(MOST_LOG_BYTES).decode(errors="replace")
    except OSError:
        return ""


def outages(words: Sequence[str]) -> list[str]:
    """Names of the stock outages that fit; all without a word.

    Raises:
        pytest.UsageError: a word fits nothing.
    """
    try:
        return [each.name for each in chosen(stock(), words, option="pytest.mark.outage")]
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error


def outage_params(words: Sequence[str], directory: Path) -> list[ParameterSet]:
    """The same as parameters of a test; what ``[tool.squall.skip]`` leaves out is skipped.

    Raises:
        pytest.UsageError: a word fits nothing, or the table has problems.
    """
    names = outages(words)
    meant = [each for each in stock() if each.name in names]
    option = f"{directory / FILE}: [tool.squall] skip:"
    try:
        _, left = parted(meant, skips(directory), words, known=stock(), option=option)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error
    marks = {each.scenario.name: [pytest.mark.skip(each.reason)] for each in left}
    return [pytest.param(name, marks=marks.get(name, ())) for name in names]


def known(items: Sequence[pytest.Item], only: Sequence[str]) -> None:
    """Refuse a word that no stock outage and no scenario file has.

    Raises:
        pytest.UsageError: with what it may have meant.
    """
    files = {item.path for item in items if item.path.name.endswith(SUFFIX)}
    try:
        chosen([*stock(), *(one for file in files if (one := _loaded(file)))], only,
               option="--squall-only")  # fmt: skip
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error


def _loaded(file: Path) -> Scenario | None:
    """A file's scenario; None when it has problems, which are told when it is run."""
    try:
        return load(file)
    except UsageError:
        return None


def may_fit(item: pytest.Item, only: Sequence[str]) -> bool:
    """Whether a test may be about one of these outages: by its file, its mark, or its fixture."""
    if item.path.name.endswith(SUFFIX):
        scenario = _loaded(item.path)
        return scenario is None or fits(scenario, only)
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    marks = [word for mark in item.iter_markers("outage") for word in mark.args]
    if marks:
        named = {parameters["outage"]} if "outage" in parameters else set(outages(marks))
        return any(fits(each, only) for each in stock() if each.name in named)
    # What it runs is only known when it runs; the fixture skips what was not chosen.
    return "squall" in getattr(item, "fixturenames", ())


def told(report: pytest.TestReport, kept: Sequence[Kept]) -> None:
    """Put the runs of a test into its report; plain data only, xdist carries it."""
    report.squall_rows = [_row(each.run) for each in kept]  # type: ignore[attr-defined] # a report keeps extra attributes, also over xdist
    if not report.failed:
        return
    for each in kept:
        report.sections.extend(sections(each.run, each.app_log, each.reproduce))
    crash = getattr(report.longrepr, "reprcrash", None)
    for each in kept:
        # The last line of the summary is "assert False" else, which nobody can act on.
        if crash is not None and not each.run.passed and repr(each.run)[:40] in crash.message:
            crash.message = f"{each.run.scenario.name}: {each.run.diagnosis.reason}"


def _row(run: Run) -> list[str]:
    row = numbers(run)
    return [run.scenario.name, row.bites, row.errors, " / ".join(row.p95), row.recovery,
            run.verdict.value]  # fmt: skip


def table(terminal: pytest.TerminalReporter, rows: Sequence[Sequence[str]]) -> None:
    """One line a run; without the column of bites where the line would be broken."""
    columns = range(len(HEADING))
    widths = [max(len(row[column]) for row in [HEADING, *rows]) for column in columns]
    if sum(widths) + 2 * len(widths) > terminal._tw.fullwidth:  # noqa: SLF001 - pytest has no other name for it
        columns = [column for column in columns if column != BIT]  # type: ignore[assignment] # both are read only
    terminal.section("squall")
    for row in [HEADING, *rows]:
        *cells, verdict = (row[column].ljust(widths[column]) for column in columns)
        terminal.write("  ".join(cells) + "  ")
        colour = COLOURS.get(row[VERDICT])
        terminal.line(verdict.rstrip(), **({colour: True} if colour else {}))
