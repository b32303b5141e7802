"""What the pytest plugin does with sweeps: settings of the mark, sections and lines of a failure.

Imported only inside the plugin's hooks, like ``outage_runs``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from squall.config.resolve_profile import resolve_profile
from squall.core.errors import SquallError
from squall.reports.sweep_failures import evidence_lines, failing_lines, headline_of, verdict_of
from squall.sweeping.cells import parse_cell
from squall.sweeping.sweep_from_python import limits_of
from squall.sweeping.sweep_result import SweepResult
from squall.sweeping.sweeper import SweepOptions

MAX_SECTIONS = 10
SETTINGS = ("baseline", "min_survived", "exhaustive")
FORM = "@pytest.mark.sweep('place-order', …, baseline=FILE, min_survived=PERCENT, exhaustive=True)"
UNSAFE = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepOfTest:
    """A sweep of a test, and its page."""

    result: SweepResult
    page: Path

    def properties(self) -> Iterator[tuple[str, object]]:
        """The test's properties in the JUnit file."""
        yield "squall.sweep", self.result.headline
        yield "squall.coverage", round(self.result.coverage, 4)
        yield "squall.seed", self.result.seed
        yield "squall.verdict", verdict_of(self.result).value
        for one in self.result.new_failures[:1]:
            yield "squall.reproduce", self.result.command(one.cell)


def mark_settings(item: pytest.Item) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Operations and settings of the marks ``sweep`` of a test; the closest mark wins.

    Raises:
        pytest.UsageError: a setting does not exist.
    """
    operations: tuple[str, ...] = ()
    settings: dict[str, Any] = {}
    for mark in reversed(list(item.iter_markers("sweep"))):
        unknown = [name for name in mark.kwargs if name not in SETTINGS]
        if unknown:
            raise pytest.UsageError(f"pytest.mark.sweep has no {unknown[0]!r}: write {FORM}")
        operations = mark.args or operations
        settings |= mark.kwargs
    chosen = getattr(getattr(item, "callspec", None), "params", {}).get("operation")
    return ((chosen,) if isinstance(chosen, str) else operations), settings


def sweep_params(marks: Sequence[pytest.Mark], directory: Path, app: str) -> list[str]:
    """Operations that a test with the argument ``operation`` gets: those of the mark, else all.

    Raises:
        pytest.UsageError: none is declared, so they are known only when the app runs.
    """
    named = [str(name) for mark in marks for name in mark.args]
    if named:
        return list(dict.fromkeys(named))
    try:
        declared = resolve_profile(directory, app or None, named="--squall-app").operations
    except SquallError as error:
        raise pytest.UsageError(str(error)) from error
    if not declared:
        raise pytest.UsageError(
            "pytest.mark.sweep: the app declares no operations, so name them: " + FORM
        )
    return [one.name for one in declared if not one.after]


def wanted_sweep(
    item: pytest.Item,
    asked: Sequence[str],
    given: dict[str, Any],
    only_cells: Sequence[str],
) -> SweepOptions:
    """What one call of ``squall.sweep`` in a test means; the call wins over the mark.

    Raises:
        UsageError: the baseline cannot be read, or ``--squall-cell`` names no cell.
    """
    marked, settings = mark_settings(item)
    settings |= {name: value for name, value in given.items() if value is not None}
    operations = tuple(asked) or marked
    baseline = settings.get("baseline")
    path = None if baseline is None else item.config.rootpath / baseline
    cells = [parse_cell(text) for text in only_cells]
    if cells and operations:
        cells = [one for one in cells if one.operation in operations]
        if not cells:
            pytest.skip("no fault point of this test is chosen by --squall-cell")
    return SweepOptions(
        only=operations,
        cells=tuple(cells),
        exhaustive=bool(settings.get("exhaustive", False)),
        limits=limits_of(path, float(settings.get("min_survived", 100.0))),
    )


def with_command(wanted: SweepOptions, item: pytest.Item, options: str) -> SweepOptions:
    """The same, with the command that repeats one cell in this test."""
    again = f"pytest '{item.nodeid}' --squall-cell '{{cell}}' {options}".rstrip()
    return replace(wanted, reproduce=again)


def directory_of(item: pytest.Item, number: int) -> str:
    """The folder of a test's sweep in the report directory."""
    name = UNSAFE.sub("-", item.nodeid).strip("-")[-80:]
    return f"sweep-{name}" if number == 1 else f"sweep-{name}-{number}"


def told_sweeps(report: pytest.TestReport, kept: Sequence[SweepOfTest]) -> None:
    """Put the sweeps of a test into its report, as plain data, because xdist transfers it."""
    report.squall_sweeps = [  # type: ignore[attr-defined] # a report keeps additional attributes
        (str(each.page), verdict_of(each.result).value, each.result.headline) for each in kept
    ]
    if not report.failed:
        return
    for each in kept:
        report.sections.extend(sections_of(each.result))
    crash = getattr(report.longrepr, "reprcrash", None)
    for each in kept:
        bad = each.result.new_failures
        if crash is not None and bad and repr(each.result)[:40] in crash.message:
            crash.message = headline_of(each.result, bad[0])


def sections_of(result: SweepResult) -> Iterator[tuple[str, str]]:
    """One section for each new failing cell, the most serious first."""
    bad = result.new_failures
    for one in bad[:MAX_SECTIONS]:
        text = "\n".join([*failing_lines(result, one), *evidence_lines(one)])
        yield f"squall: fault point {one.cell.id}", text
    if len(bad) > MAX_SECTIONS:
        left = "\n".join(headline_of(result, one) for one in bad[MAX_SECTIONS:])
        yield f"squall: {len(bad) - MAX_SECTIONS} more failing fault points", left


def sweep_lines(terminal: pytest.TerminalReporter, sweeps: Sequence[tuple[str, str, str]]) -> None:
    """One line for each sweep, with its page."""
    for page, verdict, headline in sweeps:
        colour = {"pass": "green", "fail": "red"}.get(verdict, "yellow")
        terminal.write(f"{verdict}  ", **{colour: True})
        terminal.line(headline)
        terminal.line(f"  {page}")
