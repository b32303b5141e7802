"""verdict.json read back: what a later command needs of it, each part as its type has it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from squall.core.errors import UsageError
from squall.core.files import read_regular
from squall.gates.verdict import Finding, Severity, Verdict
from squall.history.coverage import Coverage, OperationProfile
from squall.reports.serialization import from_json_data
from squall.reports.shard_record import MergeRecord, ShardRecord

VERSION = 1

MAX_BYTES = 256 << 20
"""Of a file; a longer one is not a run of a test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingEntry:
    """One finding of an outage."""

    gate: str
    verdict: Verdict
    reason: str
    figures: dict[str, Any]
    ops: list[int]
    code: str = ""
    severity: str = Severity.OTHER.label
    configure: str = ""

    def finding(self) -> Finding:
        """The finding; KeyError when its severity is unknown."""
        return Finding(
            gate=self.gate,
            verdict=self.verdict,
            reason=self.reason,
            code=self.code,
            configure=self.configure,
            severity=Severity.from_label(self.severity),
            figures=self.figures,
            ops=tuple(self.ops),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageEntry:
    """One outage that has a verdict."""

    scenario: str
    directory: str
    findings: list[FindingEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class AsideEntry:
    """One outage of which there is more to tell than a run, or that was not run."""

    scenario: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenEntry(AsideEntry):
    """One outage whose lab failed, or that the command did not come to."""

    attempted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationEntry:
    """One operation of the coverage."""

    operation: str
    requested: bool
    effect: str = ""
    reason: str = ""
    note: str = ""
    statements: float | None = None
    median_ms: float | None = None

    def profile(self) -> OperationProfile:
        """As the warm-up measured it; names of requests are not stored."""
        seconds = None if self.median_ms is None else self.median_ms / 1000
        return OperationProfile(
            operation=self.operation,
            name="",
            effect=self.effect,
            reason=self.reason,
            statements=self.statements,
            median_seconds=seconds,
            note=self.note,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageEntry:
    """What of the app the load had."""

    operations: list[OperationEntry]
    minimum_percent: float = 0.0

    def coverage(self) -> Coverage:
        """The same, for reports."""
        operations = tuple(each.profile() for each in self.operations)
        return Coverage(operations=operations, minimum_percent=self.minimum_percent)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictFile:
    """The whole file."""

    outages: list[OutageEntry]
    broken: tuple[BrokenEntry, ...] = ()
    skipped: tuple[AsideEntry, ...] = ()
    coverage: CoverageEntry | None = None
    shard: ShardRecord | None = None
    merged: MergeRecord | None = None

    @property
    def known_coverage(self) -> Coverage | None:
        """What of the app the load had; None where it was not measured."""
        return None if self.coverage is None else self.coverage.coverage()

    def findings_of_one(self, file: Path) -> tuple[Finding, ...]:
        """The findings of the file of one outage.

        Raises:
            UsageError: it has another number of outages, or a finding does not fit.
        """
        if len(self.outages) != 1:
            raise UsageError(f"{file}: has {len(self.outages)} outages, and should have one")
        try:
            return tuple(entry.finding() for entry in self.outages[0].findings)
        except KeyError as error:
            raise UsageError(f"{file}: there is no severity {error}") from None


def read_verdict(file: Path) -> VerdictFile:
    """A verdict.json.

    Raises:
        UsageError: it is none, or does not fit this version.
    """
    return from_json_data(VerdictFile, read_document(file, "verdict"), where=str(file))


def read_document(path: Path, what: str) -> dict[str, Any]:
    """A JSON file of a run directory.

    Raises:
        UsageError: it cannot be read, or is of another kind or version.
    """
    hint = "name a directory that squall check or squall run wrote, for example .squall/runs/…"
    text = read_regular(path, MAX_BYTES, hint)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: is no JSON: {error}") from error
    if not isinstance(document, dict) or document.get("squall") != what:
        raise UsageError(f"{path}: is not a {what} of Squall")
    if document.get("version") != VERSION:
        found = document.get("version")
        raise UsageError(f"{path}: version {found!r} is unknown; this reads {VERSION}")
    return document
