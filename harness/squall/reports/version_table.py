"""One check on several versions: which outage differs, and what the whole proves.

A version that is missing, or whose command ended without a verdict, is inconclusive: the others
cannot speak for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from squall.core.errors import ExitCode, UsageError
from squall.gates.verdict import Verdict
from squall.reports.run_store import open_suite

NOT_THERE = "missing"
NOT_JUDGED = "not judged"
SKIPPED = "skipped"
ABSENT = "not run"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageCell:
    """What became of one outage on one version."""

    word: str
    """The verdict, or why there is none: ``not judged``, ``skipped``."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRun:
    """One column: a check on one pair of versions."""

    label: str
    missing: str = ""
    """Why it was not run, and how to change that; empty if it was."""
    code: int = ExitCode.INCONCLUSIVE
    """The exit code of its command."""
    outages: Mapping[str, OutageCell] = field(default_factory=dict)
    directory: Path | None = None

    @property
    def summary(self) -> str:
        """One line: ``41 pass, 1 fail``, or what is missing."""
        if self.missing:
            return f"{Verdict.INCONCLUSIVE.value}: {self.missing}"
        words = [cell.word for cell in self.outages.values()]
        counts = {word: words.count(word) for word in dict.fromkeys(sorted(words))}
        return ", ".join(f"{count} {word}" for word, count in counts.items()) or "nothing was run"


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One outage on every version."""

    outage: str
    cells: Mapping[str, str]
    """By label of the version."""
    reasons: Mapping[str, str]
    """Reasons of cells that did not pass."""

    @property
    def differs(self) -> bool:
        """Whether the versions that were run do not agree."""
        return len({word for word in self.cells.values() if word != NOT_THERE}) > 1


def read_version_run(label: str, code: int, directory: Path) -> VersionRun:
    """The column of a command that has ended. Without its files it is a column without outages."""
    try:
        suite = open_suite(directory)
    except UsageError as error:
        why = f"its command ended with exit code {code} and left no verdict: {error}"
        return VersionRun(label=label, missing=why, code=code)
    outages = {
        one.run.scenario.name: OutageCell(
            word=one.run.verdict.value,
            reason="" if one.run.passed else one.run.diagnosis.reason,
        )
        for one in suite.runs
    }
    for name, reason in suite.not_judged.items():
        outages.setdefault(name, OutageCell(word=NOT_JUDGED, reason=reason))
    for each in suite.skipped:
        outages.setdefault(each.scenario, OutageCell(word=SKIPPED, reason=each.reason))
    return VersionRun(label=label, code=code, outages=outages, directory=directory)


def rows_of(columns: Sequence[VersionRun]) -> list[VersionRow]:
    """Every outage, in the order of the first version that has it."""
    names = dict.fromkeys(name for column in columns for name in column.outages)
    return [_row(name, columns) for name in names]


def differing(columns: Sequence[VersionRun]) -> list[VersionRow]:
    """The outages on which the versions do not agree."""
    return [row for row in rows_of(columns) if row.differs]


def exit_code_of(columns: Sequence[VersionRun]) -> ExitCode:
    """One for all: a broken lab before a failure, a failure before what is not proven."""
    codes = {column.code for column in columns}
    for code in (ExitCode.HARNESS, ExitCode.FAIL):
        if code in codes:
            return code
    if codes == {ExitCode.NOTHING_RAN} and not any(one.missing for one in columns):
        return ExitCode.NOTHING_RAN
    whole = codes == {ExitCode.PASS} and not any(one.missing for one in columns)
    return ExitCode.PASS if whole else ExitCode.INCONCLUSIVE


def _row(name: str, columns: Sequence[VersionRun]) -> VersionRow:
    found = {column.label: _cell(name, column) for column in columns}
    return VersionRow(
        outage=name,
        cells={label: cell.word for label, cell in found.items()},
        reasons={
            label: cell.reason.partition("\n")[0] for label, cell in found.items() if cell.reason
        },
    )


def _cell(name: str, column: VersionRun) -> OutageCell:
    absent = NOT_THERE if column.missing else ABSENT
    return column.outages.get(name, OutageCell(word=absent))
